using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text;

public sealed class ConversationTextTests
{
    private const string Arguments = """{"n":3,"x":3.0,"big":123456789012345678901234567890,"none":null,"on":true,"list":[]}""";
    private const string Call = """{"id":"c1","type":"function","function":{"name":"f","arguments":""" + Arguments + "}}";

    [Theory]
    [InlineData("Hi")]
    [InlineData("")]
    [InlineData("[1, 2]")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("[{\"name\":\"x\"}]")]
    [InlineData("[{\"role\":\"user\"}]")]
    [InlineData("{\"role\":\"admin\",\"rights\":[]}")]
    [InlineData("{\"messages\":3}")]
    [InlineData("[{\"role\": \"user\", \"content\": \"cut")]
    public void A_text_that_is_no_messages_is_a_users_turn_to_the_character(string text)
    {
        Assert.Null(ConversationText.TryParse(text));
        Assert.Equal([new Message("user", text)], ConversationText.Parse(text).Messages);
        Assert.Equal(text, ConversationText.Format(Conversation.OfUser(text)));
    }

    [Theory]
    [InlineData("""[{"role":"user","content":"Hi"}]""", null)]
    [InlineData(""" [ {"role" : "user", "content" : "Hi"} ] """, """[{"role":"user","content":"Hi"}]""")]
    [InlineData("""{"role":"user","content":"Hi"}""", """[{"role":"user","content":"Hi"}]""")]
    [InlineData(
        """[{"from":"human","value":"Hi"},{"from":"gpt","value":"Yes"}]""",
        """[{"role":"user","content":"Hi"},{"role":"assistant","content":"Yes"}]""")]
    [InlineData("""[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}]""", null)]
    [InlineData("""[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]""", null)]
    [InlineData("""[{"role":"user","content":"a","name":"mira","weight":0.5}]""", null)]
    [InlineData("""[{"role":"assistant","tool_calls":[""" + Call + """]}]""", null)]
    [InlineData(
        """[{"role":"assistant","content":null,"tool_calls":[""" + Call + """],"refusal":null}]""",
        """[{"role":"assistant","tool_calls":[""" + Call + """]}]""")]
    [InlineData("""[{"role":"assistant","content":"","tool_calls":"[{\"function\":{\"name\":\"f\",\"arguments\":{}}}]"}]""",
        """[{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","arguments":{}}}]}]""")]
    [InlineData("""[{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}}]""",
        """[{"role":"assistant","tool_calls":[{"type":"function","function":{"name":"f","arguments":"{}"}}]}]""")]
    [InlineData("""[{"role":"assistant","content":"a","tool_calls":"","function_call":null}]""", """[{"role":"assistant","content":"a"}]""")]
    [InlineData("""[{"role":"assistant","content":"a","tool_calls":[]}]""", """[{"role":"assistant","content":"a"}]""")]
    [InlineData(
        """[{"role":"assistant","content":"a","tool_calls":[{"name":"f","arguments":{}}]}]""",
        """[{"role":"assistant","content":"a","tool_calls":[{"type":"function","function":{"name":"f","arguments":{}}}]}]""")]
    [InlineData(
        """[{"role":"assistant","content":"a","reasoning":"t"}]""",
        """[{"role":"assistant","content":"a","reasoning":"t","thinking":"t","reasoning_content":"t"}]""")]
    [InlineData(
        """[{"role":"assistant","content":"a","reasoning_content":null,"thinking":"t"}]""",
        """[{"role":"assistant","content":"a","thinking":"t","reasoning_content":"t"}]""")]
    [InlineData("""[{"role":"tool","content":{"temp":3},"tool_call_id":"c1","name":"f"}]""", null)]
    [InlineData(
        """{"messages":[{"role":"user","content":"Hi"}],"tools":[""" + """{"type":"function","function":{"name":"f"}}],"documents":[""" +
        """{"title":"d"}],"chat_template_kwargs":{"enable_thinking":false}}""",
        null)]
    [InlineData("""{"messages":[{"role":"user","content":"Hi"}],"tools":[]}""", "Hi")]
    public void Messages_are_read_and_written_again(string text, string? written)
    {
        Conversation read = ConversationText.TryParse(text)!;
        string again = ConversationText.Format(read);
        // A single user's turn of text alone is its own text.
        if (read is { IsBare: true, Messages: [{ Role: "user", IsPlain: true } only] }) Assert.Equal(only.Content, again);
        else Assert.Equal(written ?? text, again);
        Assert.Equal(read.Messages, ConversationText.Parse(again).Messages);
    }

    [Theory]
    [InlineData("""[{"role":"user","content":5}]""", "`prompt[0].content` must be text, or a list of text parts, but was a number.")]
    [InlineData("""[{"role":"user","content":"a"},{"role":"assistant","content":null}]""", "`prompt[1].content` is missing or null.")]
    [InlineData("""[{"role":"user","content":"a"},{"content":"b"}]""", "`prompt[1].role` is missing or null.")]
    [InlineData("""[{"role":"user","content":"a"},7]""", "`prompt[1]` must be a message with `role` and `content`, but was a number.")]
    [InlineData(
        """[{"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]}]""",
        "`prompt[0].content` holds a part of type `image_url`, but must be text: the model reads nothing else.")]
    [InlineData(
        """[{"role":"user","content":[{"type":"text","text":3}]}]""",
        "`prompt[0].content` must be text, or a list of text parts, but was a list of something else.")]
    [InlineData("""[{"role":"assistant","content":"","tool_calls":"call it"}]""", "`prompt[0].tool_calls` must be a list of calls, but was text.")]
    [InlineData("""[{"role":"assistant","content":"","tool_calls":{"name":"f"}}]""", "`prompt[0].tool_calls` must be a list of calls, but was an object.")]
    [InlineData("""[{"role":"assistant","content":"","tool_calls":["f"]}]""", "`prompt[0].tool_calls[0]` must be a call, but was text.")]
    public void What_reads_like_messages_and_is_none_is_an_error(string text, string fault) =>
        Assert.Equal(
            $"the prompt reads like chat messages, but cannot be read as such: {fault}",
            Assert.Throws<InvalidDataException>(() => ConversationText.Parse(text)).Message);

    [Theory]
    [InlineData("tools", "3", "`tools` of the prompt must be a list, but was a number.")]
    [InlineData("documents", "{}", "`documents` of the prompt must be a list, but was an object.")]
    [InlineData("chat_template_kwargs", "[]", "`chat_template_kwargs` of the prompt must be an object, but was a list.")]
    public void What_belongs_to_a_conversation_has_its_shape(string name, string value, string fault) => Assert.Equal(
        fault,
        Assert.Throws<InvalidDataException>(() => ConversationText.Parse($$"""{"messages":[{"role":"user","content":"Hi"}],"{{name}}":{{value}}}""")).Message);

    [Fact]
    public void Reading_undoes_writing_for_any_conversation()
    {
        var random = new Random(8);
        for (int i = 0; i < 500; i++)
        {
            Message[] messages = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => RandomMessage(random))];
            var conversation = new Conversation(messages) { Tools = random.Next(3) == 0 ? new JinjaList([RandomValue(random, 0)]) : null };
            Conversation read = ConversationText.Parse(ConversationText.Format(conversation));
            Assert.Equal(messages, read.Messages);
            Assert.Equal(ConversationText.Json(conversation.Tools), ConversationText.Json(read.Tools));
        }
    }

    private static Message RandomMessage(Random random)
    {
        string[] roles = ["system", "user", "assistant", "tool", "critic"];
        string[] contents = ["", "Hi", "[{\"role\":\"user\",\"content\":\"x\"}]", "{\"messages\":[]}", "a\n\"b\" é 😀"];
        var message = new Message(roles[random.Next(roles.Length)], contents[random.Next(contents.Length)]);
        return random.Next(2) == 0 ? message : new Message(MessageFields.With(message.Fields, "extra", RandomValue(random, 0) ?? "none"));
    }

    private static object? RandomValue(Random random, int depth)
    {
        switch (random.Next(depth > 3 ? 6 : 8))
        {
            case 0: return null;
            case 1: return random.Next(2) == 0;
            case 2: return random.NextInt64(long.MinValue, long.MaxValue);
            case 3: return random.NextDouble() * Math.Pow(10, random.Next(-20, 20));
            case 4: return "text \"" + (char)random.Next(32, 0x2000);
            case 5: return "";
            case 6: return new JinjaList([.. Enumerable.Range(0, random.Next(3)).Select(_ => RandomValue(random, depth + 1))]);
            default:
                var fields = new JinjaDictionary();
                for (int i = 0; i < random.Next(4); i++) fields[$"k{i}"] = RandomValue(random, depth + 1);
                return fields;
        }
    }
}
