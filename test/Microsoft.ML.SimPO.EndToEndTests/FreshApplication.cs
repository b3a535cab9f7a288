namespace Microsoft.ML.SimPO.EndToEnd;

/// <summary>A console application as <c>dotnet new console</c> makes it, with the two packages that the README names, outside of the repository.</summary>
internal sealed class FreshApplication : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Folder => _folder.In("app");

    /// <summary>What its build made.</summary>
    public string Binaries => Path.Combine(Folder, "bin", "Debug", "net10.0");

    /// <param name="sources">Its files by name.</param>
    /// <param name="libTorch">The package that brings libtorch; null for the part of it that is for this machine.</param>
    /// <param name="environment">Variables that are set for its build.</param>
    public static async Task<FreshApplication> Build(
        PackageFeed feed, IReadOnlyDictionary<string, string> sources, string? libTorch = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var application = new FreshApplication();
        try
        {
            libTorch ??= PackageFeed.LibTorch;
            application.Write("App.csproj", $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup>
                    <OutputType>Exe</OutputType>
                    <TargetFramework>net10.0</TargetFramework>
                    <ImplicitUsings>enable</ImplicitUsings>
                    <Nullable>enable</Nullable>
                    <CreateHardLinksForCopyLocalIfPossible>true</CreateHardLinksForCopyLocalIfPossible>
                  </PropertyGroup>
                  <ItemGroup>
                    <PackageReference Include="Microsoft.ML.SimPO" Version="{feed.Version}" />
                    <PackageReference Include="{libTorch}" Version="{PackageFeed.VersionOf(libTorch)}" />
                  </ItemGroup>
                </Project>
                """);
            application.Write("nuget.config", feed.Config);
            foreach ((string name, string text) in sources) application.Write(name, text);
            ChildProgram build = await ChildProgram.Dotnet(application.Folder, environment, "build", "-nologo", "-v", "q");
            Assert.True(build.ExitCode == 0, build.Output + build.Error);
            return application;
        }
        catch
        {
            application.Dispose();
            throw;
        }
    }

    /// <param name="folder">The working directory; null for the application's own.</param>
    public Task<ChildProgram> Run(string? folder, params string[] arguments) =>
        ChildProgram.Run(Path.Combine(Binaries, "App.dll"), folder ?? Folder, null, arguments);

    public void Write(string name, string text)
    {
        string path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    public void Dispose() => _folder.Dispose();
}
