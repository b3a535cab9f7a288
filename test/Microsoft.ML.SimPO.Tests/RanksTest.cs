using System.Text.RegularExpressions;

namespace Microsoft.ML.SimPO;

/// <summary>The order of the library: each folder uses only those above it in the list, and a file is one type that can be read in one sitting.</summary>
public partial class RanksTest
{
    private const int MaxLines = 500;

    private const string Library = "Microsoft.ML.SimPO";

    /// <summary>From what knows least to what sees everything.</summary>
    private static readonly string[] Ranks = ["Native", "Checkpoints", "Text", "Models", "Losses", "Data", "Scoring", "Training", "Generation", "MLNet"];

    private static readonly SourceFile[] Files = [.. Read()];

    [Fact]
    public void Every_folder_has_a_rank()
    {
        Assert.NotEmpty(Files);
        Assert.Empty(Files.Select(f => f.Folder).Distinct().Except(Ranks));
    }

    [Fact]
    public void A_file_uses_only_the_ranks_above_its_own() => Assert.Empty(
        from file in Files
        let own = Array.IndexOf(Ranks, file.Folder)
        from name in UsedRank().Matches(Comment().Replace(file.Code, "")).Select(m => m.Groups[1].Value).Distinct()
        where Array.IndexOf(Ranks, name) > own
        select $"{file.Path} uses {name}");

    /// <summary>Types that users see are in the library's own namespace wherever they lie; all others are in their folder's.</summary>
    [Fact]
    public void A_namespace_is_that_of_the_folder() => Assert.Empty(
        from file in Files
        from name in Namespace().Matches(file.Code).Select(m => m.Groups[1].Value)
        where !IsNamespaceOf(file, name)
        select $"{file.Path} is in {name}");

    [Fact]
    public void A_file_can_be_read_in_one_sitting() =>
        Assert.Empty(Files.Where(f => f.Lines.Length > MaxLines).Select(f => $"{f.Path} has {f.Lines.Length} lines"));

    [Fact]
    public void A_file_holds_one_type() => Assert.Empty(
        from file in Files
        let types = file.Lines.Select(l => TopLevelType().Match(l)).Where(m => m.Success).Select(m => m.Groups[1].Value).ToArray()
        where types.Length > 1
        select $"{file.Path} declares {string.Join(", ", types)}");

    [Theory]
    [InlineData("using Microsoft.ML.SimPO.Training;", "Training")]
    [InlineData("var head = new Training.ResponseHead(decoder);", "Training")]
    [InlineData("IDataView view = context.Data.LoadFromEnumerable(rows);", null)]
    [InlineData("using Microsoft.ML.SimPOther;", null)]
    public void Uses_of_a_rank_are_seen(string code, string? rank)
    {
        Match match = UsedRank().Match(code);
        Assert.Equal(rank, match.Success ? match.Groups[1].Value : null);
    }

    private static IEnumerable<SourceFile> Read()
    {
        string source = Repository.PathOf("src", Library);
        foreach (string folder in Directory.EnumerateDirectories(source).Where(f => Path.GetFileName(f) is not ("bin" or "obj")))
            foreach (string file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
                yield return new SourceFile(Path.GetRelativePath(source, file), Path.GetFileName(folder), File.ReadAllText(file));
    }

    private static bool IsNamespaceOf(SourceFile file, string name) => file.Folder == "MLNet"
        ? name is Library or "Microsoft.ML" or "System.Runtime.CompilerServices"
        : name == $"{Library}.{file.Folder}"
            || name.StartsWith($"{Library}.{file.Folder}.", StringComparison.Ordinal)
            || (name == Library && PublicType().IsMatch(file.Code));

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();

    /// <summary>As a whole namespace, or as the part of it that can be written inside the library.</summary>
    [GeneratedRegex(@"(?<![\w.])(?:Microsoft\.ML\.SimPO\.)?(Native|Checkpoints|Text|Models|Losses|Data|Scoring|Training|Generation)(?:\.[A-Z]|;)")]
    private static partial Regex UsedRank();

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^public ", RegexOptions.Multiline)]
    private static partial Regex PublicType();

    [GeneratedRegex(@"^(?:public|internal|file)[\w ]*? (?:class|struct|record|interface|enum|delegate)(?: struct| class)? (\w+)")]
    private static partial Regex TopLevelType();

    private sealed record SourceFile(string Path, string Folder, string Code)
    {
        public string[] Lines { get; } = Code.Split('\n');
    }
}
