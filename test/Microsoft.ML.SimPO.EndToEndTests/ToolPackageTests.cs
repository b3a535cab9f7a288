using System.Text.Json;

namespace Microsoft.ML.SimPO.EndToEnd;

/// <summary>The command as a stranger installs it: packed, from a folder that is a feed, into a folder of its own. Native libraries make it large.</summary>
[Trait("Category", "Long")]
public sealed class ToolPackageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_is_packed_installed_and_trains()
    {
        string version = $"0.1.0-test.{DateTime.UtcNow.Ticks}", configuration = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar))
            .Parent!.Name;
        ChildProgram pack = await ChildProgram.Dotnet(ChildProgram.Root, null, "pack", Path.Combine("src", "Microsoft.ML.SimPO.Cli"), "--no-build", "-c",
            configuration, "-o", _folder.In("feed"), $"-p:PackageVersion={version}", "-nologo");
        Assert.True(pack.ExitCode == 0, pack.Output + pack.Error);
        ChildProgram install = await ChildProgram.Dotnet(
            _folder.Path, null, "tool", "install", "Microsoft.ML.SimPO.Cli", "--tool-path", "tools", "--add-source", _folder.In("feed"), "--version", version);
        Assert.True(install.ExitCode == 0, install.Output + install.Error);

        ChildProgram environment = await Simpo("env");
        Assert.True(environment.ExitCode == 0, environment.Error);
        Assert.Contains("Microsoft.ML.SimPO ", environment.Output, StringComparison.Ordinal);
        string sample = Path.Combine(ChildProgram.Root, "samples", "QuickStart");
        await File.WriteAllLinesAsync(_folder.In("pairs.jsonl"), File.ReadLines(Path.Combine(sample, "data", "train.jsonl")).Take(16));
        await File.WriteAllTextAsync(_folder.In("recipe.yaml"), """
            model_name_or_path: org/small-model
            dataset_mixer: {org/pairs: 1.0}
            learning_rate: 2e-4
            max_steps: 2
            output_dir: run
            """);
        ChildProgram train = await Simpo(
            "train", "recipe.yaml", "--json", "--map", $"org/small-model={Path.Combine(sample, "model")}", "--map", $"org/pairs={_folder.In("pairs.jsonl")}");
        Assert.True(train.ExitCode == 0, train.Output + train.Error);
        Assert.Equal(2, JsonDocument.Parse(train.Output).RootElement.GetProperty("steps").GetInt32());
        Assert.True(File.Exists(_folder.In("run", "model", "model.safetensors")));
    }

    private Task<ChildProgram> Simpo(params string[] arguments) =>
        ChildProgram.Start(_folder.In("tools", OperatingSystem.IsWindows() ? "simpo.exe" : "simpo"), _folder.Path, arguments);
}
