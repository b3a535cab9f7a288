using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Text;

public sealed class ChatTemplateTests
{
    private const string ChatMl =
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if "
            + "add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    private static readonly Message[] Chat = [new("system", "Be brief."), new("user", "Hi")];

    [Fact]
    public void The_template_of_the_configuration_is_rendered_with_its_tokens()
    {
        using var folder = new TemporaryFolder(("tokenizer_config.json",
            """{"chat_template": "{{ bos_token }}{{ messages[0].content }}{{ eos_token }}", "bos_token": {"content": "<s>"}, "eos_token": "</s>"}"""));
        ChatTemplate template = ChatTemplate.Load(folder.Path)!;
        Assert.Equal("<s>Be brief.</s>", template.Render(Chat, addGenerationPrompt: false));
        Assert.Equal(("<s>", "</s>"), (template.BosToken, template.EosToken));
    }

    [Fact]
    public void A_file_of_its_own_comes_before_the_configuration()
    {
        using var folder = new TemporaryFolder(("tokenizer_config.json", """{"chat_template": "old"}"""), ("chat_template.jinja", "new"));
        Assert.Equal("new", ChatTemplate.Load(folder.Path)!.Render(Chat, addGenerationPrompt: false));
    }

    [Fact]
    public void Of_several_named_templates_the_default_counts()
    {
        using var folder = new TemporaryFolder(
            ("tokenizer_config.json", """{"chat_template": [{"name": "tool_use", "template": "t"}, {"name": "default", "template": "d"}]}"""));
        Assert.Equal("d", ChatTemplate.Load(folder.Path)!.Source);
    }

    [Fact]
    public void Tokens_that_the_configuration_lacks_come_from_the_map()
    {
        using var folder =
            new TemporaryFolder(("tokenizer_config.json", """{"chat_template": "{{ eos_token }}{{ bos_token is defined }}", "bos_token": null}"""),
            ("special_tokens_map.json", """{"eos_token": {"content": "<e>"}}"""));
        Assert.Equal("<e>False", ChatTemplate.Load(folder.Path)!.Render(Chat, addGenerationPrompt: false));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"chat_template": null}""")]
    public void A_model_without_a_template_has_none(string configuration)
    {
        using var folder = new TemporaryFolder(("tokenizer_config.json", configuration));
        using var empty = new TemporaryFolder();
        Assert.Null(ChatTemplate.Load(folder.Path));
        Assert.Null(ChatTemplate.Load(empty.Path));
    }

    [Theory]
    [InlineData("""{"chat_template": [{"name": "rag", "template": "r"}]}""",
        "'{0}': 'chat_template' has no entry 'default', but 'rag'. Put the one to use into chat_template.jinja.")]
    [InlineData("""{"chat_template": [{"name": "default"}]}""", "'{0}': the 'default' entry of 'chat_template' has no 'template'.")]
    [InlineData("""{"chat_template": [1]}""", "'{0}': an entry of 'chat_template' has no 'name'.")]
    [InlineData("""{"chat_template": 3}""", "'{0}': 'chat_template' must be a string or a list of named templates, but is Number.")]
    [InlineData("""[]""", "'{0}': expected an object, found Array.")]
    [InlineData("""{"chat_template": "{% if %}"}""",
        "The chat template in '{0}' is not valid. TemplateSyntaxError: Expected an expression, got 'end of statement block' (line 1)")]
    public void A_malformed_configuration_is_explained(string configuration, string expected)
    {
        using var folder = new TemporaryFolder(("tokenizer_config.json", configuration));
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => ChatTemplate.Load(folder.Path));
        Assert.Equal(expected.Replace("{0}", Path.Combine(folder.Path, "tokenizer_config.json"), StringComparison.Ordinal), error.Message);
    }

    [Fact]
    public void A_configuration_that_is_not_JSON_is_explained()
    {
        using var folder = new TemporaryFolder(("tokenizer_config.json", "{"));
        InvalidDataException error = Assert.Throws<InvalidDataException>(() => ChatTemplate.Load(folder.Path));
        Assert.StartsWith($"'{Path.Combine(folder.Path, "tokenizer_config.json")}' is not valid JSON: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_header_of_the_answer_follows_where_the_model_is_to_write_it()
    {
        var template = new ChatTemplate(ChatMl, new Dictionary<string, object?>());
        Assert.Equal("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n", template.Render(Chat, addGenerationPrompt: false));
        Assert.Equal("<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
            template.Render(Chat, addGenerationPrompt: true));
    }

    [Fact]
    public void A_final_message_that_is_continued_ends_the_text()
    {
        var template = new ChatTemplate(ChatMl, new Dictionary<string, object?>());
        Assert.Equal("<|im_start|>assistant\nIt is ", template.Render([new("assistant", "It is ")], addGenerationPrompt: false, continueFinalMessage: true));
        ArgumentException error = Assert.Throws<ArgumentException>(() => template.Render(Chat, addGenerationPrompt: true, continueFinalMessage: true));
        Assert.StartsWith("`addGenerationPrompt` and `continueFinalMessage` exclude each other. Choose one.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_variables_reach_the_template()
    {
        var template = new ChatTemplate("{{ tools is none }}{{ documents is none }}{{ date_string }}", new Dictionary<string, object?>());
        Assert.Equal("TrueTrue26 Jul 2024",
            template.Render(Chat, addGenerationPrompt: false, variables: new Dictionary<string, object?> { ["date_string"] = "26 Jul 2024" }));
    }

    [Fact]
    public void The_clock_is_the_one_given()
    {
        var options = new JinjaOptions { Clock = new Noon() };
        Assert.Equal("2031-02-03 12:00", new ChatTemplate("{{ strftime_now('%Y-%m-%d %H:%M') }}", new Dictionary<string, object?>(), options)
            .Render(Chat, addGenerationPrompt: false));
    }

    [Fact]
    public void A_template_is_rendered_by_many_threads_at_once()
    {
        var template = new ChatTemplate(ChatMl, new Dictionary<string, object?>());
        string[] texts = new string[64];
        Parallel.For(0, texts.Length, i => texts[i] = template.Render([new("user", $"{i}")], addGenerationPrompt: true));
        Assert.All(texts.Index(), t => Assert.Equal($"<|im_start|>user\n{t.Index}<|im_end|>\n<|im_start|>assistant\n", t.Item));
    }

    private sealed class Noon : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2031, 2, 3, 12, 0, 0, TimeSpan.Zero);

        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;
    }
}
