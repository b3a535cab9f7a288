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

    /// <summary>Else it would be of the type that the host's program has set, as of its own.</summary>
    [Fact]
    public void Every_tensor_that_is_made_has_a_type() => Assert.Empty(
        from file in Files(Path.Combine("src", "Microsoft.ML.SimPO"))
        let text = File.ReadAllText(file)
        from Match made in MakesTensor().Matches(text)
        let call = Call(text, made.Index)
        where !NamesType().IsMatch(call) && (made.Groups[2].Value != "full" || call.Contains(',', StringComparison.Ordinal)) // else another method
        select $"{Path.GetRelativePath(Repository.Root, file)}: {call}");

    /// <summary>Else it would be on the device that the host's program has set, as of its own.</summary>
    [Fact]
    public void Every_tensor_that_is_made_has_a_device() => Assert.Empty(
        from file in Files(Path.Combine("src", "Microsoft.ML.SimPO"))
        let text = File.ReadAllText(file)
        from Match made in MakesTensorOfValues().Matches(text)
        let call = Call(text, made.Index)
        where !NamesDevice().IsMatch(call) && (made.Groups[2].Value != "full" || call.Contains(',', StringComparison.Ordinal)) // else another method
        select $"{Path.GetRelativePath(Repository.Root, file)}: {call}");

    [Theory]
    [InlineData("tensor(values, [2, 1], float32)", false)]
    [InlineData("empty(rows, columns, float32, CPU)", true)]
    [InlineData("torch.tensor(ids, int64, decoder.Device)", true)]
    public void A_tensor_without_a_device_is_seen(string code, bool isPlaced) =>
        Assert.Equal(isPlaced, NamesDevice().IsMatch(Call(code, MakesTensorOfValues().Match(code).Index)));

    [Theory]
    [InlineData("zeros(2, 3)", false)]
    [InlineData("torch.empty([rows, 2], device: device)", false)]
    [InlineData("full([2, 2], 0.5, x.dtype, x.device)", true)]
    [InlineData("arange(rows, int64, device)", true)]
    public void A_tensor_without_a_type_is_seen(string code, bool isTyped) =>
        Assert.Equal(isTyped, NamesType().IsMatch(Call(code, MakesTensor().Match(code).Index)));

    /// <summary>A size that a file says would end the process, which no handler can hold up.</summary>
    [Fact]
    public void Every_allocation_on_the_stack_has_a_constant_size()
    {
        string[] texts = [.. Files(Path.Combine("src", "Microsoft.ML.SimPO")).Select(File.ReadAllText)];
        HashSet<string> constants =
        [
            "HashSizeInBytes", // of SHA-256
            .. texts.SelectMany(text => DeclaresConstants().Matches(text)).SelectMany(m => m.Groups[1].Value.Split(',')).Select(c => c.Split('=')[0].Trim()),
        ];
        string[] sizes = [.. texts.SelectMany(text => AllocatesOnStack().Matches(text)).Select(m => m.Groups[1].Value)];
        Assert.True(sizes.Length > 10);
        Assert.All(sizes, size => Assert.All(Words().Matches(size), w => Assert.True(
            char.IsDigit(w.Value[0]) || constants.Contains(w.Value.Split('.')[^1]), $"{size} is not constant: {w.Value}")));
    }

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

    /// <summary>From the name of a method to the bracket that closes what it is called with.</summary>
    private static string Call(string text, int start)
    {
        int depth = 0;
        for (int i = start; i < text.Length; i++)
        {
            if (text[i] == '(') depth++;
            if (text[i] == ')' && --depth == 0) return text[start..(i + 1)];
        }
        return text[start..];
    }

    private static IEnumerable<string> Files(string folder) =>
        from file in Directory.EnumerateFiles(Repository.PathOf(folder), "*.cs", SearchOption.AllDirectories)
        let parts = file.Split(Path.DirectorySeparatorChar)
        where !parts.Contains("bin") && !parts.Contains("obj")
        select file;

    [GeneratedRegex(@"\bEnvironment\.CurrentDirectory\b|\bSetCurrentDirectory\b")]
    private static partial Regex ChangesCurrentFolder();

    /// <summary>What takes its type from the numbers that it is given, as <c>tensor</c> does, is not among them.</summary>
    [GeneratedRegex(@"(?<![\w.""])(torch\.)?(zeros|ones|empty|full|arange|eye|linspace|logspace|rand|randn|randint|randperm|normal|hann_window)\((?!\))")]
    private static partial Regex MakesTensor();

    [GeneratedRegex(
        @"(?<![\w.""])(torch\.)?(zeros|ones|empty|full|arange|eye|linspace|logspace|rand|randn|randint|randperm|normal|tensor|from_array)\((?!\))")]
    private static partial Regex MakesTensorOfValues();

    [GeneratedRegex(@"[dD]evice\b|\bCPU\b")]
    private static partial Regex NamesDevice();

    [GeneratedRegex(@"float(16|32|64)|bfloat16|int(8|16|32|64)|\bbool|[dD]type|ScalarType|[tT]ype\b")]
    private static partial Regex NamesType();

    [GeneratedRegex(@"\bconst \w+ (\w+ = [^;]+);")]
    private static partial Regex DeclaresConstants();

    [GeneratedRegex(@"\bstackalloc \w+\[([^\]]+)\]")]
    private static partial Regex AllocatesOnStack();

    [GeneratedRegex(@"[\w.]+")]
    private static partial Regex Words();

    [GeneratedRegex(@"\bStopwatch\b|\bGetElapsedTime\b|\bTickCount(64)?\b")]
    private static partial Regex MeasuresTime();
}
