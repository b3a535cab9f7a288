namespace Microsoft.ML.SimPO.Text;

public sealed class PromptedAnswersTests
{
    private const string Hi = """[{"role":"assistant","content":"hi"}]""", Question = """[{"role":"user","content":"q"}]""";

    /// <summary>An answer is messages where all are, or where the prompt is too; else it is text to the character.</summary>
    [Theory]
    [InlineData("q", "yes", "no", "yes", "no")]
    [InlineData("q", Hi, "no", Hi, "no")]
    [InlineData("q", Hi, Hi, "hi", "hi")]
    [InlineData(Question, Hi, "no", "hi", "no")]
    [InlineData(Question, "[1, 2]", "{}", "[1, 2]", "{}")]
    [InlineData("q", "{\"a\": 1}", Hi, "{\"a\": 1}", Hi)]
    [InlineData("q", Question, Question, Question, Question)]
    public void One_rule_says_which_texts_are_conversations(string prompt, string chosen, string rejected, string first, string second)
    {
        PromptedAnswers row = PromptedAnswers.Parse(prompt, ("chosen", chosen), ("rejected", rejected));
        Assert.Equal([new Message("user", "q")], row.Prompt.Messages);
        Assert.Equal([new Message("assistant", first)], row.Answers[0]);
        Assert.Equal([new Message("assistant", second)], row.Answers[1]);
        Assert.Equal(prompt == "q", row.IsText);
        (string Prompt, IReadOnlyList<string> Answers) texts = row.Format();
        PromptedAnswers again = PromptedAnswers.Parse(texts.Prompt, ("chosen", texts.Answers[0]), ("rejected", texts.Answers[1]));
        Assert.Equal(row.Answers.SelectMany(a => a), again.Answers.SelectMany(a => a));
    }

    [Fact]
    public void Answers_of_any_number_and_of_more_than_text_are_written_so_that_they_are_read_again()
    {
        const string function = """{"type":"function","function":{"name":"f","arguments":"{}"}}""";
        Message call = ConversationText.Parse("""[{"role":"assistant","content":"","tool_calls":[""" + function + "]}]").Messages[0];
        IReadOnlyList<Message>[] answers =
        [
            [new Message("assistant", "plain")],
            [call, new Message("tool", "3"), new Message("assistant", "three")],
            [new Message("assistant", Hi)],
        ];
        (string prompt, IReadOnlyList<string> texts) = new PromptedAnswers(Conversation.OfUser("q"), answers).Format();
        Assert.Equal(("q", """[{"role":"assistant","content":"plain"}]"""), (prompt, texts[0]));
        PromptedAnswers read = PromptedAnswers.Parse(prompt, [.. texts.Select((text, i) => ($"answer {i}", text))]);
        for (int i = 0; i < answers.Length; i++) Assert.Equal(answers[i], read.Answers[i]);
    }

    [Fact]
    public void An_answer_that_reads_like_messages_and_is_none_is_named()
    {
        const string broken = """[{"role":"assistant","content":5}]""";
        Assert.Equal(
            "the rejected answer reads like chat messages, but cannot be read as such: "
                + "`rejected[0].content` must be text, or a list of text parts, but was a number.",
            Assert.Throws<InvalidDataException>(() => PromptedAnswers.Parse(Question, ("chosen", Hi), ("rejected", broken))).Message);
        Assert.Equal(broken, PromptedAnswers.Parse("q", ("chosen", "plain"), ("rejected", broken)).Answers[1][0].Content);
    }
}
