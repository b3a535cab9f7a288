using Xunit;

namespace Microsoft.ML.SimPO;

public sealed class RecipeFileTests
{
    [Fact]
    public void Scalars_are_what_Hugging_Faces_scripts_make_of_them()
    {
        Dictionary<string, RecipeValue> values = RecipeFile.Parse("""
            rate: 5e-7
            count: 16 # with a comment
            negative: -1
            off: no
            on: True
            nothing: null
            empty:
            python: None
            text: cosine
            quoted: '12'
            list:
            - train
            - test
            inline: [a, b]
            map: {x/y: 0.5, z: 1}
            """, "r.yaml").ToDictionary(f => f.Key, f => f.Value);
        Assert.Equal(5e-7, values["rate"].Number);
        Assert.Equal(16, values["count"].Number);
        Assert.Equal(-1, values["negative"].Number);
        Assert.False(values["off"].Boolean);
        Assert.True(values["on"].Boolean);
        Assert.All([values["nothing"], values["empty"], values["python"]], v => Assert.True(v.IsNull));
        Assert.Equal("cosine", values["text"].Text);
        Assert.True(values["quoted"].IsQuoted);
        Assert.Equal(["train", "test"], values["list"].Items!.Select(i => i.Text));
        Assert.Equal(["a", "b"], values["inline"].Items!.Select(i => i.Text));
        Assert.Equal([("x/y", 0.5), ("z", 1)], values["map"].Fields!.Select(f => (f.Key, f.Value.Number!.Value)));
        Assert.Equal(2, values["count"].Line);
        Assert.Equal("[train, test]", values["list"].Text);
    }

    [Theory]
    [InlineData("", "'r.yaml' is empty. A recipe is a mapping of settings.")]
    [InlineData("- a\n- b", "'r.yaml' is no mapping of settings, but begins with '[a, b]'.")]
    [InlineData("just words", "'r.yaml' is no mapping of settings, but begins with 'just words'.")]
    [InlineData("beta: 2\nbeta: 3", "'r.yaml', line 2: 'beta' stands there twice. Keep one.")]
    [InlineData("a: &x 1\nb: *x", "'r.yaml', line 1: has an anchor or an alias, which recipes do not have: write the value out.")]
    [InlineData("a: *x", "'r.yaml', line 1: has an anchor or an alias, which recipes do not have: write the value out.")]
    [InlineData("a: 1\n---\nb: 2", "'r.yaml' holds several documents. A recipe is one.")]
    [InlineData("[a, b]: 1", "'r.yaml', line 1: a key must be a word, but is '[a, b]'.")]
    public void What_is_no_recipe_is_told_so(string yaml, string message) =>
        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => RecipeFile.Parse(yaml, "r.yaml")).Message);

    [Theory]
    [InlineData("a: [1, 2", 1)]
    [InlineData("a: 1\n b: 2", 2)]
    [InlineData("a: \"open", 1)]
    public void Broken_yaml_is_named_with_its_line(string yaml, int line)
    {
        string message = Assert.Throws<InvalidDataException>(() => RecipeFile.Parse(yaml, "r.yaml")).Message;
        Assert.StartsWith($"'r.yaml', line {line}: no YAML: ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_deep_file_ends_no_process()
    {
        string deep = "a: " + new string('[', 100_000);
        string message = Assert.Throws<InvalidDataException>(() => RecipeFile.Parse(deep, "r.yaml")).Message;
        Assert.Equal("'r.yaml', line 1: is nested deeper than a recipe is.", message);
    }

    /// <summary>As large as a recipe may be, of whatever makes a reader work.</summary>
    [Theory]
    [InlineData("- ")]
    [InlineData("a: ")]
    [InlineData("? ")]
    [InlineData("{")]
    [InlineData("{a: [")]
    [InlineData("\"")]
    [InlineData("''")]
    [InlineData("a b ")]
    [InlineData("|\n ")]
    [InlineData("# ")]
    [InlineData("\t")]
    [InlineData("\n")]
    [InlineData("- a\n")]
    [InlineData("!!a ")]
    [InlineData("&a ")]
    [InlineData("---\n")]
    [InlineData("\\u")]
    public void A_file_made_to_harm_is_read_or_refused_at_once(string piece)
    {
        var meter = new WorkMeter();
        meter.Do(piece, () => Record.Exception(() => RecipeFile.Parse(string.Concat(Enumerable.Repeat(piece, (1 << 20) / piece.Length)), "r.yaml")) switch
        {
            null => "read",
            InvalidDataException => "refused",
            { } other => $"{other}",
        });
        Assert.Matches("^1 (read|refused)\t", meter.ToString());
        Assert.InRange(meter.Milliseconds, 0, WorkMeter.MostTime);
    }

    [Fact]
    public void More_settings_than_any_recipe_has_are_refused() => Assert.Equal(
        "'r.yaml', line 1: holds more than 1000 settings, which no recipe has.",
        Assert.Throws<InvalidDataException>(() => RecipeFile.Parse(string.Concat(Enumerable.Range(0, 100_000).Select(i => $"a{i}: 1\n")), "r.yaml")).Message);

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        Assert.Equal("The recipe 'none.yaml' does not exist.", Assert.Throws<FileNotFoundException>(() => RecipeFile.Load("none.yaml")).Message);
        string folder = Path.GetTempPath();
        Assert.Equal($"The recipe '{folder}' is a folder. Name a .yaml file.", Assert.Throws<FileNotFoundException>(() => RecipeFile.Load(folder)).Message);
    }
}
