using System.Text;

namespace Microsoft.ML.SimPO.Checkpoints;

public sealed class ConfigRewriterTests
{
    [Theory]
    [InlineData("{\n \"torch_dtype\" : \"bfloat16\",\r\n\t\"x\": [1.50, {\"torch_dtype\": \"keep\"}]\n}\n",
        "{\n \"torch_dtype\" : \"float32\",\r\n\t\"x\": [1.50, {\"torch_dtype\": \"keep\"}]\n}\n")]
    [InlineData("{\"dtype\":null,\"a\":1e5,\"torch_dtype\":\"x\"}", "{\"dtype\":\"float32\",\"a\":1e5,\"torch_dtype\":\"float32\"}")]
    [InlineData("{\"d\\u0074ype\":\"float16\"}", "{\"d\\u0074ype\":\"float32\"}")]
    [InlineData("{\n  \"a\": {}\n}", "{\n  \"a\": {},\n  \"torch_dtype\": \"float32\"\n}")]
    [InlineData("{}", "{\n  \"torch_dtype\": \"float32\"\n}")]
    [InlineData("\uFEFF{\"dtype\":\"float16\"}", "{\"dtype\":\"float32\"}")]
    public void Only_the_type_changes(string config, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(ConfigRewriter.WithType(Encoding.UTF8.GetBytes(config), CheckpointType.Float32)));

    [Theory]
    [InlineData("{\"a\":[1,{\"a\":2}],\"b\":1}", "{\"a\":\"x\",\"b\":1}")]
    [InlineData("{ \"b\": {\"a\": 1} }", "{ \"b\": {\"a\": 1},\n  \"a\": \"x\" }")]
    [InlineData("{\"a\":1,\"a\":2}", "{\"a\":\"x\",\"a\":\"x\"}")]
    public void Any_field_can_be_set(string config, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(ConfigRewriter.With(Encoding.UTF8.GetBytes(config), "a", "\"x\"")));

    [Fact]
    public void Bfloat16_has_its_name() =>
        Assert.Equal(
            "{\"dtype\":\"bfloat16\"}", Encoding.UTF8.GetString(ConfigRewriter.WithType("{\"dtype\":\"float32\"}"u8.ToArray(), CheckpointType.BFloat16)));

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{} {}")]
    public void What_is_no_object_is_refused(string config)
    {
        string message = Assert.Throws<InvalidDataException>(() => ConfigRewriter.WithType(Encoding.UTF8.GetBytes(config), CheckpointType.Float32)).Message;
        Assert.StartsWith("config.json is not a JSON object: ", message, StringComparison.Ordinal);
    }
}
