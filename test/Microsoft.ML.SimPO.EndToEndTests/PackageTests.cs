using System.IO.Compression;
using System.Reflection.Metadata;
using System.Xml.Linq;

namespace Microsoft.ML.SimPO.EndToEnd;

/// <summary>The package as a stranger gets it: from a feed, into a program that knows nothing of this repository.</summary>
public sealed class PackageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Of its own for every run, since installed packages are kept by version.</summary>
    private readonly string _version = $"0.1.0-test.{DateTime.UtcNow.Ticks}";

    private string Feed => _folder.In("feed");

    public void Dispose()
    {
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        string installed = Path.Combine(packages, "microsoft.ml.simpo", _version);
        if (Directory.Exists(installed)) Directory.Delete(installed, recursive: true);
        _folder.Dispose();
    }

    [Fact]
    public async Task It_has_what_a_package_has_and_a_fresh_program_fits_and_scores_with_it()
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Parent!.Name;
        await Pack("--no-build", "-c", configuration);
        CheckContents();
        await CheckProgram(OwnLibTorch(), VersionOf(OwnLibTorch()));
    }

    /// <summary>As it is released, with the package that brings libtorch for every operating system: more than a gigabyte.</summary>
    [Fact]
    [Trait("Category", "Long")]
    public async Task A_release_works_with_TorchSharp_cpu_and_names_nothing_of_the_machine_that_made_it()
    {
        await Pack("-c", "Release");
        CheckContents();
        CheckSources();
        await CheckProgram("TorchSharp-cpu", VersionOf("TorchSharp-cpu"));
    }

    private async Task Pack(params string[] arguments)
    {
        ChildProgram pack = await ChildProgram.Dotnet(ChildProgram.Root, null,
            ["pack", Path.Combine("src", "Microsoft.ML.SimPO"), .. arguments, "-o", Feed, $"-p:PackageVersion={_version}", "-nologo"]);
        Assert.True(pack.ExitCode == 0, pack.Output + pack.Error);
        Assert.DoesNotContain("warning", pack.Output, StringComparison.OrdinalIgnoreCase);
    }

    private ZipArchive Open(string extension) => ZipFile.OpenRead(Path.Combine(Feed, $"Microsoft.ML.SimPO.{_version}.{extension}"));

    /// <summary>Every source is named by its place in the repository; those that are in no commit are inside.</summary>
    private void CheckSources()
    {
        using var provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(Read("snupkg", "Microsoft.ML.SimPO.pdb")));
        MetadataReader reader = provider.GetMetadataReader();
        string[] sources = [.. reader.Documents.Select(d => reader.GetString(reader.GetDocument(d).Name))];
        Assert.Contains("/_/src/Microsoft.ML.SimPO/MLNet/Trainers/SimPOTrainer.cs", sources);
        Assert.All(sources, source => Assert.StartsWith("/_/", source, StringComparison.Ordinal));
        Assert.Equal(-1, Read("nupkg", "Microsoft.ML.SimPO.dll").AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(ChildProgram.Root)));
    }

    private byte[] Read(string extension, string file)
    {
        using ZipArchive package = Open(extension);
        using Stream stream = package.GetEntry("lib/net10.0/" + file)!.Open();
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    private void CheckContents()
    {
        using ZipArchive package = Open("nupkg"), symbols = Open("snupkg");
        string[] files = [.. package.Entries.Select(e => e.FullName)];
        Assert.Superset(
            new HashSet<string> { "README.md", "icon.png", "lib/net10.0/Microsoft.ML.SimPO.dll", "lib/net10.0/Microsoft.ML.SimPO.xml" }, files.ToHashSet());
        Assert.DoesNotContain(files, f => f.StartsWith("runtimes/", StringComparison.Ordinal) || f.EndsWith(".so", StringComparison.Ordinal)
            || f.Contains("Cecil", StringComparison.Ordinal));
        Assert.Contains(symbols.Entries, e => e.FullName == "lib/net10.0/Microsoft.ML.SimPO.pdb");

        using Stream stream = package.GetEntry("Microsoft.ML.SimPO.nuspec")!.Open();
        XElement metadata = XDocument.Load(stream).Root!.Elements().First();
        string Value(string name) => metadata.Elements().Single(e => e.Name.LocalName == name).Value;
        Assert.Equal(("MIT", "README.md", "icon.png"), (Value("license"), Value("readme"), Value("icon")));
        // The commit is known where this is a clone; an address, and with it Source Link, where the clone has an origin that the SDK knows.
        XElement? repository = metadata.Elements().SingleOrDefault(e => e.Name.LocalName == "repository");
        if (Path.Exists(Path.Combine(ChildProgram.Root, ".git"))) Assert.Matches("^[0-9a-f]{40}$", repository!.Attribute("commit")!.Value);
        string[] dependencies = [.. metadata.Descendants().Where(e => e.Name.LocalName == "dependency").Select(e => e.Attribute("id")!.Value)];
        Assert.Contains("Microsoft.ML", dependencies);
        Assert.Contains("TorchSharp", dependencies);
        // The application chooses the processor: no libtorch comes along, and nothing that only this build needs.
        Assert.DoesNotContain(
            dependencies, d => d.StartsWith("libtorch", StringComparison.OrdinalIgnoreCase) || d.StartsWith("TorchSharp-", StringComparison.OrdinalIgnoreCase)
            || d is "Mono.Cecil" or "Google.Protobuf" or "SkiaSharp" || d.Contains("CodeAnalysis", StringComparison.Ordinal));
    }

    private async Task CheckProgram(string libTorch, string libTorchVersion)
    {
        string app = _folder.In("app"), sample = Path.Combine(ChildProgram.Root, "samples", "QuickStart");
        Directory.CreateDirectory(app);
        await File.WriteAllTextAsync(Path.Combine(app, "App.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <CreateHardLinksForCopyLocalIfPossible>true</CreateHardLinksForCopyLocalIfPossible>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Microsoft.ML.SimPO" Version="{_version}" />
                <PackageReference Include="{libTorch}" Version="{libTorchVersion}" />
              </ItemGroup>
            </Project>
            """);
        await File.WriteAllTextAsync(Path.Combine(app, "nuget.config"), $"""
            <configuration>
              <packageSources>
                <add key="local" value="{Feed}" />
              </packageSources>
            </configuration>
            """);
        await File.WriteAllTextAsync(Path.Combine(app, "Program.cs"), """
            using Microsoft.ML;
            using Microsoft.ML.SimPO;

            var ml = new MLContext(seed: 1);
            IDataView pairs = ml.Data.TakeRows(ml.Alignment.LoadPreferences(Path.Combine(args[0], "data", "train.jsonl")), 8);
            using AlignmentTransformer model = ml.Alignment.Trainers.SimPO(Path.Combine(args[0], "model"), learningRate: 2e-4).Fit(pairs);
            AlignmentMetrics metrics = ml.Alignment.Evaluate(model.Transform(pairs));
            ml.Model.Save(model, pairs.Schema, "tuned.zip");
            using var loaded = (AlignmentTransformer)ml.Model.Load("tuned.zip", out _);
            Console.WriteLine($"{metrics.Count} pairs, equal after loading: {ml.Alignment.Evaluate(loaded.Transform(pairs)).MeanMargin == metrics.MeanMargin}");
            """);
        ChildProgram build = await ChildProgram.Dotnet(app, null, "build", "-nologo", "-v", "q");
        Assert.True(build.ExitCode == 0, build.Output + build.Error);
        ChildProgram run = await ChildProgram.Run(Path.Combine(app, "bin", "Debug", "net10.0", "App.dll"), app, null, sample);
        Assert.Equal((0, "8 pairs, equal after loading: True", ""), (run.ExitCode, run.Output.Trim(), run.Error));
    }

    /// <summary>The part of TorchSharp-cpu that is for this machine: what the projects of this repository use.</summary>
    private static string OwnLibTorch() =>
        OperatingSystem.IsWindows() ? "libtorch-cpu-win-x64" : OperatingSystem.IsMacOS() ? "libtorch-cpu-osx-arm64" : "libtorch-cpu-linux-x64";

    private static string VersionOf(string package) => XDocument.Load(Path.Combine(ChildProgram.Root, "Directory.Packages.props")).Descendants("PackageVersion")
        .Single(v => v.Attribute("Include")!.Value == package).Attribute("Version")!.Value;
}
