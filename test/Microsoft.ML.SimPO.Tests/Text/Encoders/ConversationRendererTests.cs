using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Text;

public sealed class ConversationRendererTests
{
    private const string Plain = "{% for m in messages %}<{{ m.role }}>{{ m.content }}</>{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}";

    /// <summary>Iterates over arguments, reads thoughts, tools and parts.</summary>
    private const string Rich = """
        {%- for t in tools or [] %}[{{ t.name }}]{% endfor -%}
        {%- for m in messages %}<{{ m.role }}>
        {%- if m.reasoning_content %}({{ m.reasoning_content }}){% endif -%}
        {%- if m.content is string %}{{ m.content }}{% else %}{% for p in m.content %}{{ p.text }};{% endfor %}{% endif -%}
        {%- for c in m.tool_calls or [] %}!{{ c.function.name }}{% for k, v in c.function.arguments.items() %} {{ k }}={{ v }}{% endfor %}{% endfor -%}
        </>{% endfor -%}
        {%- if add_generation_prompt %}<assistant>{% endif -%}
        """;

    /// <summary>After the kind of R1: the header opens a thought, and a written answer has none.</summary>
    private const string Opening = """
        {%- for m in messages %}<{{ m.role }}>{{ m.content.split('</think>')[-1].lstrip() }}</>{% endfor -%}
        {%- if add_generation_prompt %}<assistant><think>
        {% endif -%}
        """;

    private const string Question = """{"messages":[{"role":"user","content":"q"}],"tools":[{"name":"f"}]}""";

    [Fact]
    public void Calls_tools_and_thoughts_reach_the_template_and_arguments_in_a_text_as_what_they_say()
    {
        RenderedAnswers texts = Render(Rich, Question,
            """[{"role":"assistant","content":null,"reasoning":"hm","tool_calls":[""" +
                """{"type":"function","function":{"name":"f","arguments":"{\"n\": 3, \"x\": 2.0}"}}]}]""",
            """[{"role":"assistant","content":"No."}]""");
        Assert.Equal(("[f]<user>q</><assistant>", "(hm)!f n=3 x=2.0</>", "No.</>"), (texts.Prompt, texts.Answers[0], texts.Answers[1]));
    }

    [Fact]
    public void Arguments_stay_text_where_the_template_writes_texts_as_they_stand()
    {
        const string raw = "{% for m in messages %}<{{ m.role }}>{{ m.content }}" +
            "{% for c in m.tool_calls or [] %}!{{ c.function.arguments }}{% endfor %}</>{% endfor %}";
        RenderedAnswers texts = Render(raw, """[{"role":"user","content":"q"},{"role":"tool","content":"1"}]""",
            """[{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","arguments":"{ \"n\":3 }"}}]}]""", "No.");
        Assert.Equal("<assistant>!{ \"n\":3 }</>", texts.Answers[0]);
    }

    [Fact]
    public void Parts_are_parts_for_a_template_that_takes_them_and_one_text_for_others()
    {
        const string prompt = """[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]""";
        Assert.Equal("<user>a;b;</><assistant>", Render(Rich, prompt, "x", "y").Prompt);
        Assert.Equal("<user>ab</><assistant>", Render(Plain, prompt, "x", "y").Prompt);
    }

    [Theory]
    [InlineData(
        """[{"role":"assistant","content":"a","reasoning_content":"t"}]""",
        "the model's chat template does not write `reasoning_content`: the thought of an answer would be dropped. " +
            "Remove it, or use a template that has it.")]
    [InlineData(
        """[{"role":"assistant","content":"a","tool_calls":[{"name":"f","arguments":{}}]}]""",
        "the model's chat template does not write `tool_calls`: the call that is (part of) the answer would be dropped. " +
            "Use a template that has them, or leave the row out.")]
    public void What_a_template_does_not_write_is_refused_by_name(string answer, string message) =>
        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => Render(Plain, """[{"role":"user","content":"q"}]""", answer, "No.")).Message);

    [Fact]
    public void A_call_in_the_prompt_that_is_not_written_is_refused_by_name()
    {
        const string prompt = """[{"role":"user","content":"q"},""" + """{"role":"assistant","content":"","tool_calls":[{"name":"f","arguments":{}}]},""" +
            """{"role":"tool","content":"1"}]""";
        const string message = "the model's chat template does not write `tool_calls`: a turn of the prompt would be empty. " +
            "Use a template that has them, or leave the row out.";
        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => Render(Plain, prompt, "a", "b")).Message);
        var plain = new ConversationRenderer(Template(Plain));
        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => plain.Prompt(ConversationText.Parse(prompt))).Message);
        Assert.Equal("<user>q</><assistant>!f</><tool>1</><assistant>", new ConversationRenderer(Template(Rich)).Prompt(ConversationText.Parse(prompt)));
    }

    [Fact]
    public void Answers_that_become_one_text_are_refused_where_what_differs_is_not_written() => Assert.Equal(
        "the model's chat template writes the same text for both answers: what differs is not written.",
        Assert.Throws<InvalidDataException>(() => Render(
            Plain, """[{"role":"user","content":"q"}]""",
            """[{"role":"assistant","content":"a","score":1}]""", """[{"role":"assistant","content":"a","score":2}]""")).Message);

    [Theory]
    [InlineData(
        "<think>\nhm\n</think>\n\nfour", "<think>\nno\n</think>\n\nfive",
        "<user>q</><assistant><think>\n", "hm\n</think>\n\nfour</>", "no\n</think>\n\nfive</>")]
    [InlineData("hm\n</think>\n\nfour", "no\n</think>\n\nfive", "<user>q</><assistant><think>\n", "hm\n</think>\n\nfour</>", "no\n</think>\n\nfive</>")]
    [InlineData("four", "five", "<user>q</><assistant>", "four</>", "five</>")]
    public void Behind_an_opened_thought_comes_the_rest_of_it_once_and_an_answer_without_one_is_not_put_inside(
        string chosen, string rejected, string prompt, string first, string second)
    {
        RenderedAnswers texts = Render(Opening, "q", chosen, rejected);
        Assert.Equal((prompt, first, second), (texts.Prompt, texts.Answers[0], texts.Answers[1]));
    }

    /// <summary>Models of other makers open a thought with other marks, on a line of its own or not. The template drops what is before the last mark.</summary>
    [Theory]
    [InlineData("<think>", "<think>", "</think>", "<think>\nhm\n</think>\n\nfour", "\nhm\n</think>\n\nfour</>")]
    [InlineData("<think>", "<think>", "</think>", "<think>hm</think>four", "hm</think>four</>")]
    [InlineData("<thinking>\n", "<thinking>", "</thinking>", "<thinking>hm</thinking>four", "hm\n</thinking>\n\nfour</>")]
    [InlineData("[THINK]", "[THINK]", "[/THINK]", "[THINK]hm[/THINK]four", "hm[/THINK]four</>")]
    [InlineData("<|START_THINKING|>", "<|START_THINKING|>", "<|END_THINKING|>", "hm<|END_THINKING|>four", "hm<|END_THINKING|>four</>")]
    [InlineData("<think>", "<think>", "</think>", "four", "four</>")]
    public void Any_mark_that_a_header_opens_is_closed_once(string header, string opening, string end, string chosen, string first)
    {
        string template = "{% for m in messages %}<{{ m.role }}>{{ m.content.split('" + end + "')[-1] | trim if m.role == 'assistant' else m.content }}</>"
            + "{% endfor %}{% if add_generation_prompt %}{{ '<assistant>" + header.Replace("\n", "\\n", StringComparison.Ordinal) + "' }}{% endif %}";
        RenderedAnswers texts = Render(template, "q", chosen, chosen.Replace("four", "five", StringComparison.Ordinal));
        string prompt = chosen.Contains(end, StringComparison.Ordinal) ? header : "";
        Assert.Equal(($"<user>q</><assistant>{prompt}", first), (texts.Prompt, texts.Answers[0]));
        Assert.StartsWith(opening, header, StringComparison.Ordinal);
    }

    [Fact]
    public void A_thought_in_a_field_follows_an_opened_one_too()
    {
        RenderedAnswers texts = Render(Opening, """[{"role":"user","content":"q"}]""",
            """[{"role":"assistant","content":"four","reasoning_content":"hm"}]""", """[{"role":"assistant","content":"five","thinking":"no"}]""");
        Assert.Equal(("hm\n</think>\n\nfour</>", "no\n</think>\n\nfive</>"), (texts.Answers[0], texts.Answers[1]));
    }

    [Fact]
    public void A_thought_on_one_side_alone_is_refused_where_the_header_opens_one() => Assert.Equal(
        "one answer has a thought and another has none, but the header of an answer opens `<think>`. Give both a thought, or neither.",
        Assert.Throws<InvalidDataException>(() => Render(Opening, "q", "hm\n</think>\n\nfour", "five")).Message);

    [Fact]
    public void Where_history_is_written_otherwise_with_the_answer_the_prompt_is_as_at_inference()
    {
        // The system's text stands before the last user's turn, as in Mistral's templates.
        const string last = "{% for m in messages %}{% if m.role == 'user' %}<u>" +
            "{% if loop.last and messages[0].role == 'system' %}{{ messages[0].content }} {% endif %}{{ m.content }}</u>" +
            "{% elif m.role == 'assistant' %}{{ m.content }}</>{% endif %}{% endfor %}";
        RenderedAnswers texts = Render(last, """[{"role":"system","content":"s"},{"role":"user","content":"q"}]""", "a", "b");
        Assert.Equal(("<u>s q</u>", "a</>", "b</>"), (texts.Prompt, texts.Answers[0], texts.Answers[1]));
    }

    [Fact]
    public void A_template_that_leaves_a_part_of_the_prompt_out_of_the_whole_is_refused_with_it() => Assert.Equal(
        "the model's chat template does not begin the whole conversation with the prompt as it is at inference: `<closed>` is left out. " +
            "Use another template, or leave the row out.",
        Assert.Throws<InvalidDataException>(() => Render(
            "{% for m in messages %}<{{ m.role }}>{{ m.content | upper }}{% endfor %}{% if add_generation_prompt %}<assistant><closed>{% endif %}",
            "q", "a", "b")).Message);

    [Fact]
    public void A_prompt_that_ends_with_the_assistants_words_goes_on()
    {
        const string prompt = """[{"role":"user","content":"q"},{"role":"assistant","content":"A stitch in time"}]""";
        RenderedAnswers texts = Render(Plain, prompt, " saves nine.", " is a stitch.");
        Assert.Equal(("<user>q</><assistant>A stitch in time", " saves nine.</>", " is a stitch.</>"), (texts.Prompt, texts.Answers[0], texts.Answers[1]));
    }

    private static RenderedAnswers Render(string template, string prompt, string chosen, string rejected) =>
        new ConversationRenderer(Template(template)).Render(PromptedAnswers.Parse(prompt, ("chosen", chosen), ("rejected", rejected)));

    private static ChatTemplate Template(string source) => new(source, new Dictionary<string, object?>());
}
