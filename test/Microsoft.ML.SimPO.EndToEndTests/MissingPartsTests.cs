using System.Runtime.InteropServices;

namespace Microsoft.ML.SimPO.EndToEnd;

/// <summary>A saved model that is loaded by a program without what it needs: what is said is what the guide says, with what to do.</summary>
public sealed class MissingPartsTests : IDisposable
{
    private static readonly string Sample = Path.Combine(ChildProgram.Root, "samples", "QuickStart");

    private static readonly string Guide = File.ReadAllText(Path.Combine(ChildProgram.Root, "docs", "guides", "save.md")).ReplaceLineEndings(" ");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public async Task The_package_and_libtorch_are_named_where_they_are_missing()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64, "Names of libraries are those of Linux.");
        string zip = _folder.In("tuned.zip"), data = Path.Combine(Sample, "data", "test.jsonl");
        ChildProgram run = await ChildProgram.Run(ChildProgram.Worker, _folder.Path, null, "tune-adapter", Path.Combine(Sample, "model"), data, data, zip);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal((0, "AlignmentTransformer", ""), Said(await Load(ChildProgram.Worker, zip)));

        string binary = CopyWithoutNatives(Path.GetDirectoryName(ChildProgram.Worker)!, _folder.In("app"));
        ChildProgram withoutLibtorch = await Load(binary, zip);
        Assert.Equal(1, withoutLibtorch.ExitCode);
        Assert.StartsWith("DllNotFoundException: libtorch could not be loaded. ", withoutLibtorch.Error, StringComparison.Ordinal);
        Assert.Contains(" was not found. Add that package to the application. Looked in: ", withoutLibtorch.Error, StringComparison.Ordinal);

        File.Delete(Path.Combine(_folder.In("app"), "Microsoft.ML.SimPO.dll"));
        ChildProgram withoutPackage = await Load(binary, zip);
        const string said = "Could not load file or assembly 'Microsoft.ML.SimPO, ";
        Assert.Equal(1, withoutPackage.ExitCode);
        Assert.StartsWith($"FileNotFoundException: {said}Version=", withoutPackage.Error, StringComparison.Ordinal);
        Assert.Contains($"Without Microsoft.ML.SimPO, ML.NET says `{said}...`: add the package.", Guide, StringComparison.Ordinal);
    }

    private Task<ChildProgram> Load(string binary, string zip) => ChildProgram.Run(
        binary, _folder.Path, new Dictionary<string, string> { ["XDG_DATA_HOME"] = _folder.In("data"), ["HOME"] = _folder.Path }, "load", zip);

    private static (int ExitCode, string Output, string Error) Said(ChildProgram run) => (run.ExitCode, run.Output.TrimEnd(), run.Error);

    /// <summary>Without the list of dependencies too: the host refuses to start where a file that it names is missing.</summary>
    private static string CopyWithoutNatives(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.EnumerateFiles(from)
            .Where(f => Path.GetExtension(f) == ".dll" || f.EndsWith(".runtimeconfig.json", StringComparison.Ordinal)))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        return Path.Combine(to, "Worker.dll");
    }
}
