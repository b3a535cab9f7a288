using System.Text.RegularExpressions;

namespace Microsoft.ML.SimPO;

/// <summary>What the sources of the repository keep to, and what no test does, so that it fails for its own reason alone.</summary>
public partial class SourcesTest
{
    private const int MaxColumns = 160;

    [Fact]
    public void No_line_has_more_than_160_columns() => Assert.Empty(
        from file in Files("src").Concat(Files("test")).Concat(Files("samples"))
        let path = Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')
        from line in File.ReadLines(file).Index()
        where line.Item.Length > MaxColumns
        select $"{path}, line {line.Index + 1}: {line.Item.Length} columns");

    /// <summary>Whether a test passes does not depend on how fast the machine is: work is counted, and a clock is one that the test moves.</summary>
    [Fact]
    public void No_test_measures_time() => Assert.DoesNotContain(
        Lines(MeasuresTime()), line => !line.StartsWith(Path.Combine("test", "Microsoft.ML.SimPO.Benchmarks"), StringComparison.Ordinal));

    /// <summary>The process has one current folder, which all that runs in it share: programs that need one of their own get a process of their own.</summary>
    [Fact]
    public void No_test_changes_the_current_folder_of_its_process() => Assert.Empty(Lines(ChangesCurrentFolder()));

    [Theory]
    [InlineData("Environment.CurrentDirectory = folder;", true)]
    [InlineData("(Environment.CurrentDirectory, x) = (folder, 1);", true)]
    [InlineData("Directory.SetCurrentDirectory(folder);", true)]
    [InlineData("string here = Path.Combine(folder, name);", false)]
    public void A_change_of_the_current_folder_is_seen(string code, bool isSeen) => Assert.Equal(isSeen, ChangesCurrentFolder().IsMatch(code));

    /// <summary>The lines of the test projects that match, but for this file.</summary>
    private static IEnumerable<string> Lines(Regex pattern) =>
        from file in Files("test")
        where Path.GetFileName(file) != $"{nameof(SourcesTest)}.cs"
        from line in File.ReadLines(file)
        where pattern.IsMatch(line)
        select $"{Path.GetRelativePath(Repository.Root, file)}: {line.Trim()}";

    private static IEnumerable<string> Files(string folder) =>
        from file in Directory.EnumerateFiles(Repository.PathOf(folder), "*.cs", SearchOption.AllDirectories)
        let parts = file.Split(Path.DirectorySeparatorChar)
        where !parts.Contains("bin") && !parts.Contains("obj")
        select file;

    [GeneratedRegex(@"\bEnvironment\.CurrentDirectory\b|\bSetCurrentDirectory\b")]
    private static partial Regex ChangesCurrentFolder();

    [GeneratedRegex(@"\bStopwatch\b|\bGetElapsedTime\b|\bTickCount(64)?\b")]
    private static partial Regex MeasuresTime();
}
