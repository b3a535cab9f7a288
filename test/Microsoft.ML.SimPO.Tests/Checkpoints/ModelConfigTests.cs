using System.Text;

namespace Microsoft.ML.SimPO.Checkpoints;

public sealed class ModelConfigTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Fields_read_by_type_and_null_counts_as_absent()
    {
        ModelConfig config = Load("""{"hidden_size":576,"rope_theta":1e5,"tie":true,"model_type":"llama","window":null,"rope_scaling":{"factor":8.0,"inner":"""
            + """{"x":1}},"exported":4096.0}""");
        Assert.Equal(576, config.GetInt32("hidden_size"));
        Assert.Equal(4096, config.GetInt32("exported"));
        Assert.Equal(100_000.0, config.GetDouble("rope_theta"));
        Assert.True(config.GetBool("tie"));
        Assert.Equal("llama", config.GetString("model_type"));
        Assert.Equal(8.0, config.Get("rope_scaling").GetDouble("factor"));
        Assert.Equal((null, null, null, null, null), (config.GetInt32OrNull("window"), config.GetDoubleOrNull("window"), config.GetBoolOrNull("none"),
            config.GetStringOrNull("none"), config.GetOrNull("window")));
        Assert.Equal((7, 0.5, true), (config.GetInt32("window", 7), config.GetDouble("none", 0.5), config.GetBool("window", true)));
        Assert.Equal((true, false, false), (config.Has("tie"), config.Has("window"), config.Has("none")));
        Assert.Equal(["hidden_size", "rope_theta", "tie", "model_type", "rope_scaling", "exported"], config.FieldNames);
        Assert.Equal(["factor", "inner"], config.Get("rope_scaling").FieldNames);
    }

    [Fact]
    public void A_list_may_be_a_single_value()
    {
        ModelConfig config = Load("""{"one":2,"two":[2,32000],"none":null,"factors":[1,1.5],"names":["a","b"],"name":"a"}""");
        Assert.Equal([2], config.GetInt32List("one"));
        Assert.Equal([2, 32000], config.GetInt32List("two"));
        Assert.Empty(config.GetInt32List("none"));
        Assert.Equal([1.0, 1.5], config.GetDoubleList("factors"));
        Assert.Equal(["a", "b"], config.GetStringList("names"));
        Assert.Equal(["a"], config.GetStringList("name"));
    }

    [Fact]
    public void Of_a_field_that_stands_there_twice_the_last_counts_as_in_Python()
    {
        ModelConfig config = Load("""{"a":1,"a":2}""");
        Assert.Equal(2, config.GetInt32("a"));
        Assert.Equal(["a"], config.FieldNames);
    }

    [Fact]
    public void A_wrong_field_is_named_with_what_was_expected_and_found()
    {
        ModelConfig config = Load("""{"a":"big","b":1.5,"c":3000000000,"d":[1,"x"],"e":{"f":[]},"g":1e999}""");
        AssertFault("field 'a' must be a whole number of 32 bits, but is \"big\".", () => config.GetInt32("a"));
        AssertFault("field 'b' must be a whole number of 32 bits, but is 1.5.", () => config.GetInt32("b"));
        AssertFault("field 'c' must be a whole number of 32 bits, but is 3000000000.", () => config.GetInt32("c"));
        AssertFault("field 'd[1]' must be a whole number of 32 bits, but is \"x\".", () => config.GetInt32List("d"));
        AssertFault("field 'e' must be a whole number or a list of them, but is {\"f\":[]}.", () => config.GetInt32List("e"));
        AssertFault("field 'e.f' must be a finite number, but is [].", () => config.Get("e").GetDouble("f"));
        AssertFault("field 'e.f' must be true or false, but is [].", () => config.Get("e").GetBool("f"));
        AssertFault("field 'e.f' must be a text, but is [].", () => config.Get("e").GetString("f"));
        AssertFault("field 'a' must be an object, but is \"big\".", () => config.Get("a"));
        AssertFault("field 'g' must be a finite number, but is 1e999.", () => config.GetDouble("g"));
        AssertFault("field 'h' is missing; a whole number is expected.", () => config.GetInt32("h"));
        AssertFault("field 'e.h' is missing; an object is expected.", () => config.Get("e").Get("h"));
        Assert.Equal($"'{_folder.File("config.json")}': field 'a' must be one of x, y, but is \"big\".", config.Wrong("a", "one of x, y").Message);
    }

    [Fact]
    public void A_long_value_is_cut_in_the_message()
    {
        ModelConfig config = Load($$"""{"a":"{{new string('x', 1000)}}"}""");
        AssertFault($"field 'a' must be a whole number of 32 bits, but is \"{new string('x', 59)}....", () => config.GetInt32("a"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\":NaN}")]
    [InlineData("{\"\\ud800\":1}")]
    public void What_is_not_JSON_is_refused(string json)
    {
        string message = Assert.Throws<InvalidDataException>(() => Load(json)).Message;
        Assert.StartsWith($"'{_folder.File("config.json")}' is not valid JSON: ", message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_an_object_is_refused() =>
        Assert.Equal(
            $"'{_folder.File("config.json")}': a JSON object is expected, found [1, 2].", Assert.Throws<InvalidDataException>(() => Load("[1, 2]")).Message);

    /// <summary>Going through all of them each time would be a hundred billion comparisons.</summary>
    [Fact]
    public void A_field_is_found_without_going_through_all_others()
    {
        ModelConfig config = ModelConfig.Parse(
            Encoding.UTF8.GetBytes($"{{{string.Join(',', Enumerable.Range(0, 400_000).Select(i => $"\"f{i}\":{i}"))}}}"), "config.json");
        var meter = new WorkMeter();
        meter.Do("fields", () => Enumerable.Range(0, 300_000).All(i => config.GetInt32($"f{i}") == i) ? "found" : "wrong");
        Assert.StartsWith("1 found\t", meter.ToString(), StringComparison.Ordinal);
        Assert.InRange(meter.Milliseconds, 0, WorkMeter.MostTime);
        Assert.Equal(
            "'config.json' holds more than 2000000 names, values and brackets, which no such file has.",
            Assert.Throws<InvalidDataException>(() => ModelConfig.Parse(Encoding.UTF8.GetBytes($"[{new string(',', 2_000_000).Replace(",", "1,")}1]"),
                "config.json")).Message);
    }

    [Fact]
    public void A_file_too_large_is_not_read()
    {
        string path = _folder.File("config.json");
        using (FileStream stream = File.Create(path)) stream.SetLength(ModelConfig.MaxLength + 1);
        Assert.Equal(
            $"'{path}' has 16777217 bytes; at most 16777216 are expected.", Assert.Throws<InvalidDataException>(() => ModelConfig.LoadFile(path)).Message);
    }

    [Fact]
    public void A_missing_folder_or_file_is_named()
    {
        Assert.Equal($"The model folder '{_folder.File("none")}' does not exist.",
            Assert.Throws<DirectoryNotFoundException>(() => ModelConfig.Load(_folder.File("none"))).Message);
        Assert.Equal(
            $"'{_folder.File("config.json")}' does not exist. The folder of a model has it, *.safetensors and tokenizer.json.",
            Assert.Throws<FileNotFoundException>(() => ModelConfig.Load(_folder.Path)).Message);
    }

    [Theory]
    [InlineData("""{"eos_token_id":7}""", """{"eos_token_id":[1,2]}""", new[] { 1, 2 })]
    [InlineData("""{"eos_token_id":7}""", """{"eos_token_id":3}""", new[] { 3 })]
    [InlineData("""{"eos_token_id":7}""", "{}", new[] { 7 })]
    [InlineData("""{"eos_token_id":7}""", null, new[] { 7 })]
    [InlineData("{}", null, new int[0])]
    public void Generation_config_decides_what_ends_an_answer(string config, string? generation, int[] expected)
    {
        _folder.Write("config.json", config);
        if (generation is not null) _folder.Write("generation_config.json", generation);
        Assert.Equal(expected, new HubFolder(ModelFiles.Read(_folder.Path)).EosTokenIds);
    }

    private ModelConfig Load(string json)
    {
        _folder.Write("config.json", json);
        return ModelConfig.Load(_folder.Path);
    }

    private void AssertFault(string fault, Func<object> read) =>
        Assert.Equal($"'{_folder.File("config.json")}': {fault}", Assert.Throws<InvalidDataException>(read).Message);
}
