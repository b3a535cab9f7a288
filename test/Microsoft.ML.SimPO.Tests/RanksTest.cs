using System.Text.RegularExpressions;

namespace Microsoft.ML.SimPO;

/// <summary>
/// The order of the library: each folder uses only those above it in the list, and a file is one public type that can be read in one sitting.
/// </summary>
public partial class RanksTest
{
    private const int MaxLines = 500, FewLines = 25;

    private const string Library = "Microsoft.ML.SimPO";

    /// <summary>From what knows least to what sees everything. Subfolders have the rank of their folder.</summary>
    private static readonly string[] Ranks =
        ["Native", "Checkpoints", "Text", "Models", "Losses", "Data", "Scoring", "Training", "Generation", "MLNet"];

    private static readonly SourceFile[] Files = [.. Read()];

    /// <summary>
    /// Where each type of the library's own namespace is declared, which every file sees without importing anything; a partial type is at home in the lowest
    /// folder that holds a part of it.
    /// </summary>
    private static readonly Dictionary<string, int> Homes = Files.Where(f => Namespace().Match(f.Code).Groups[1].Value == Library)
        .SelectMany(f => f.Types.Select(t => (Type: t, Rank: Array.IndexOf(Ranks, f.Rank))))
        .GroupBy(t => t.Type).ToDictionary(g => g.Key, g => g.Min(t => t.Rank));

    [Fact]
    public void Every_folder_has_a_rank()
    {
        Assert.NotEmpty(Files);
        Assert.Empty(Files.Select(f => f.Rank).Distinct().Except(Ranks));
    }

    [Fact]
    public void A_file_uses_of_the_root_namespace_only_the_ranks_above_its_own() => Assert.Empty(
        from file in Files
        let own = Array.IndexOf(Ranks, file.Rank)
        from name in Uses(file.Code)
        where !file.Types.Contains(name) && Homes.TryGetValue(name, out int rank) && rank > own
        select $"{file.Path} uses {name} of {Ranks[Homes[name]]}");

    [Fact]
    public void A_namespace_that_is_imported_is_of_a_rank_above() => Assert.Empty(
        from file in Files
        let own = Array.IndexOf(Ranks, file.Rank)
        from name in ImportedRank().Matches(file.Code).Select(m => m.Groups[1].Value).Distinct()
        where Array.IndexOf(Ranks, name) > own
        select $"{file.Path} imports {name}");

    /// <summary>
    /// Types that users see are in the library's own namespace wherever they lie, and so is what ML.NET sees; all others are in their folder's.
    /// </summary>
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
    public void A_file_holds_one_type_or_beside_it_small_ones_that_it_alone_uses() => Assert.Empty(
        from file in Files
        from type in file.Types.Skip(1)
        where file.Lines.Length > MaxLines / 2 || file.LinesOf(type) > FewLines || file.IsPublic(type)
            || Files.Any(f => f != file && Uses(f.Code).Contains(type))
        select $"{file.Path} declares {type} beside {file.Types[0]}");

    [Theory]
    [InlineData("var head = new ResponseHead(decoder);", new[] { "ResponseHead" })]
    [InlineData("int x = loop.ResponseHead; // a ResponseHead", new string[0])]
    [InlineData("string text = $\"ResponseHead {nameof(ResponseHead)}\";", new[] { "ResponseHead" })]
    [InlineData("[TypeFormatterSource(typeof(ModelDisplay))]", new[] { "ModelDisplay", "TypeFormatterSourceAttribute" })]
    public void Uses_of_a_type_are_seen(string code, string[] types) =>
        Assert.Equal(types, Uses(code).Intersect(["ResponseHead", "ModelDisplay", "TypeFormatterSourceAttribute"]).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("using Microsoft.ML.SimPO.Training;", "Training")]
    [InlineData("using Microsoft.ML.SimPO.Text.Templates;", "Text")]
    [InlineData("using Microsoft.ML.SimPOther;", null)]
    [InlineData("using Microsoft.ML.Data;", null)]
    public void Imports_of_a_rank_are_seen(string code, string? rank)
    {
        Match match = ImportedRank().Match(code);
        Assert.Equal(rank, match.Success ? match.Groups[1].Value : null);
    }

    [Theory]
    [InlineData("public sealed record TrainingRun(int Steps);", "TrainingRun")]
    [InlineData("internal readonly record struct PairLoss(double Value);", "PairLoss")]
    [InlineData("internal delegate ReadOnlySpan<byte> Reader(int length);", "Reader")]
    [InlineData("file static class Names", "Names")]
    public void Declarations_are_seen(string code, string type) => Assert.Equal([type], new SourceFile("X.cs", "X", code).Types);

    private static IEnumerable<SourceFile> Read()
    {
        string source = Repository.PathOf("src", Library);
        return from file in Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
               let path = Path.GetRelativePath(source, file).Replace('\\', '/')
               where !path.StartsWith("bin/", StringComparison.Ordinal) && !path.StartsWith("obj/", StringComparison.Ordinal)
               select new SourceFile(path, path.Split('/')[0], File.ReadAllText(file));
    }

    /// <summary>Names in the code that may be types: no members of something, no words of comments and texts.</summary>
    private static HashSet<string> Uses(string code)
    {
        string bare = Quoted().Replace(Comment().Replace(code, ""), m => Hole().Replace(m.Value, " ${1} "));
        string[] names = [.. Name().Matches(bare).Select(m => m.Value)];
        return [.. names, .. names.Select(n => $"{n}Attribute")];
    }

    private static bool IsNamespaceOf(SourceFile file, string name) => file.Rank == "MLNet"
        ? name is Library or "Microsoft.ML" or "System.Runtime.CompilerServices"
        : name == $"{Library}.{file.Folder.Replace('/', '.')}" || (name == Library && file.Types.Any(t => Files.Any(f => f.IsPublic(t))));

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\$?""(?:[^""\\\n]|\\.)*""")]
    private static partial Regex Quoted();

    /// <summary>Text up to what is written into it.</summary>
    [GeneratedRegex(@"[^{]*(?:\{([^}]*)\})?")]
    private static partial Regex Hole();

    [GeneratedRegex(@"(?<![\w.])[A-Z]\w*")]
    private static partial Regex Name();

    [GeneratedRegex(@"(?<![\w.])Microsoft\.ML\.SimPO\.(Native|Checkpoints|Text|Models|Losses|Data|Scoring|Training|Generation)\b")]
    private static partial Regex ImportedRank();

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    private sealed record SourceFile(string Path, string Rank, string Code)
    {
        private readonly Dictionary<string, (bool IsPublic, int Line)> _types = Declarations(Code);

        public string Folder => Path[..Path.LastIndexOf('/')];

        public string[] Lines { get; } = Code.Split('\n');

        public string[] Types => [.. _types.OrderBy(t => t.Value.Line).Select(t => t.Key)];

        public bool IsPublic(string type) => _types.TryGetValue(type, out var found) && found.IsPublic;

        /// <summary>Lines from a declaration to the next one or the end.</summary>
        public int LinesOf(string type) =>
            _types.Values.Select(t => t.Line).Append(Lines.Length).Where(l => l > _types[type].Line).Min() - _types[type].Line;

        private static Dictionary<string, (bool, int)> Declarations(string code)
        {
            var types = new Dictionary<string, (bool, int)>(StringComparer.Ordinal);
            string[] lines = code.Split('\n');
            for (int i = 0; i < lines.Length; i++)
            {
                Match match = Declaration().Match(lines[i]);
                if (match.Success) types.TryAdd(match.Groups[2].Value, (match.Groups[1].Value == "public", i));
            }
            return types;
        }
    }

    [GeneratedRegex(@"^(?:(public|internal|file) )?(?:sealed |static |abstract |partial |readonly |ref |unsafe )*"
        + @"(?:class|record struct|record class|record|struct|interface|enum|delegate [\w<>.,?\[\]]+) (\w+)")]
    private static partial Regex Declaration();
}
