using System.IO.Compression;
using System.Xml.Linq;

namespace Microsoft.ML.SimPO.EndToEnd;

/// <summary>The package as a stranger gets it, from a folder that is a feed; packed once for all tests of the collection.</summary>
public sealed class PackageFeed : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Of its own for every run, since installed packages are kept by version.</summary>
    public string Version { get; } = $"0.1.0-test.{DateTime.UtcNow.Ticks}";

    /// <summary>The part of TorchSharp-cpu that is for this machine: what the projects of this repository use.</summary>
    public static string LibTorch =>
        OperatingSystem.IsWindows() ? "libtorch-cpu-win-x64" : OperatingSystem.IsMacOS() ? "libtorch-cpu-osx-arm64" : "libtorch-cpu-linux-x64";

    /// <summary>The folder.</summary>
    public string Path => _folder.In("feed");

    /// <summary>A nuget.config that adds it to the feeds of the machine.</summary>
    public string Config => $"""
        <configuration>
          <packageSources>
            <add key="local" value="{Path}" />
          </packageSources>
        </configuration>
        """;

    public Task InitializeAsync() =>
        Pack("--no-build", "-c", new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(System.IO.Path.DirectorySeparatorChar)).Parent!.Name);

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string installed = System.IO.Path.Combine(packages, "microsoft.ml.simpo", Version);
        if (Directory.Exists(installed)) Directory.Delete(installed, recursive: true);
        _folder.Dispose();
    }

    public async Task Pack(params string[] arguments)
    {
        ChildProgram pack = await ChildProgram.Dotnet(ChildProgram.Root, null, [
            "pack", System.IO.Path.Combine("src", "Microsoft.ML.SimPO"), .. arguments, "-o", Path, $"-p:PackageVersion={Version}", "-nologo"]);
        Assert.True(pack.ExitCode == 0, pack.Output + pack.Error);
        Assert.DoesNotContain("warning", pack.Output, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The package, or its symbols.</summary>
    public ZipArchive Open(string extension) => ZipFile.OpenRead(System.IO.Path.Combine(Path, $"Microsoft.ML.SimPO.{Version}.{extension}"));

    /// <summary>What the repository says about the version of a package.</summary>
    public static string VersionOf(string package) => XDocument.Load(System.IO.Path.Combine(ChildProgram.Root, "Directory.Packages.props"))
        .Descendants("PackageVersion").Single(v => v.Attribute("Include")!.Value == package).Attribute("Version")!.Value;
}
