using Microsoft.ML.SimPO.Data;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Text;

/// <summary>What a model without a chat template reads of dialogues and of texts that share their beginning.</summary>
public sealed class PlainTextsTests
{
    [Fact]
    public void A_dialogue_keeps_its_marks_and_the_blank_stays_with_the_answer()
    {
        const string prompt = """[{"role":"user","content":"Is coal a rock?"},{"role":"assistant","content":"Yes."},{"role":"user","content":"Why?"}]""";
        Assert.Equal(
            ["\n\nHuman: Is coal a rock?\n\nAssistant: Yes.\n\nHuman: Why?\n\nAssistant:", " It was peat.", " No idea."],
            PlainTexts.Of([prompt, "It was peat.", "No idea."], PromptOrigin.Dialogue, cutsByCharacters: false));
        Assert.Equal(
            ["Human: Why?\n\nAssistant:", " So."], PlainTexts.Of(["Why?", "So."], PromptOrigin.Dialogue | PromptOrigin.BareDialogue, cutsByCharacters: false));
    }

    [Theory]
    [InlineData("Thanks! That is", " kind.", " it.", "Thanks! That is", " kind.", " it.")] // the blank before the difference is the answers'
    [InlineData("Tha", "t is kind.", "nk you.", "Tha", "t is kind.", "nk you.")]
    [InlineData("a", "b", "b", "a", "b", "b")] // nothing differs: the last character is the answer
    [InlineData("", "Up. ", "Down.", "Up.", " ", ".")] // Python counts from the end
    [InlineData("", "Up.", "Down.", "", "Up.", "Down.")]
    public void Two_texts_are_parted_as_TRL_parts_them(string start, string first, string second, string prompt, string chosen, string rejected) =>
        Assert.Equal([prompt, chosen, rejected], PlainTexts.Of([start, first, second], PromptOrigin.Shared, cutsByCharacters: true));

    [Fact]
    public void What_was_no_dialogue_stays_as_it_is()
    {
        string[] texts = ["Why?", "So.", "Or so."];
        Assert.Same(texts, PlainTexts.Of(texts, PromptOrigin.Shared, cutsByCharacters: false));
        string[] system = ["""[{"role":"system","content":"x"},{"role":"user","content":"y"}]""", "So.", "Or so."];
        Assert.Same(system, PlainTexts.Of(system, PromptOrigin.Dialogue, cutsByCharacters: false));
    }

    /// <summary>A column says one thing of all its rows: where the parts of a mixture differ it says nothing, and that is told.</summary>
    [Theory]
    [InlineData("dialogue.jsonl", "plain.jsonl", "Given")]
    [InlineData("plain.jsonl", "dialogue.jsonl", "Given")]
    [InlineData("dialogue.jsonl", "dialogue.jsonl", "Dialogue")]
    public void A_mixture_of_dialogues_and_texts_has_no_marks_and_says_so(string first, string second, string expected)
    {
        using var folder = new Data.TemporaryFolder();
        folder.Write("dialogue.jsonl", """{"prompt": "\n\nHuman: Hi?\n\nAssistant:", "chosen": " Yes.", "rejected": " No."}""");
        folder.Write("plain.jsonl", """{"prompt": "Why?", "chosen": "So.", "rejected": "Or so."}""");
        (MLContext context, List<string> lines) = PreferenceView.Context();
        IDataView data = context.Alignment.LoadPreferences([new MixturePart(folder.File(first)), new MixturePart(folder.File(second))]);
        Assert.Equal(expected, PromptAnnotation.Of(data.Schema, "Prompt").ToString());
        Assert.Equal(expected == "Given", lines.Contains("Warning: Some parts of the mixture are dialogues (`Human:`, `Assistant:`) and others are "
            + "not: a model without a chat template reads all of them without such marks. Train on them apart to keep the marks."));
    }

    [Theory]
    [InlineData("""{"chosen": "\n\nHuman: Hi?\n\nAssistant: Yes.", "rejected": "\n\nHuman: Hi?\n\nAssistant: No."}""", "Shared, Dialogue")]
    [InlineData("""{"prompt": "\n\nHuman: Hi?\n\nAssistant:", "chosen": " Yes.", "rejected": " No."}""", "Dialogue")]
    [InlineData("""{"chosen": "Human: Hi?\n\nAssistant: Yes.", "rejected": "Human: Hi?\n\nAssistant: No."}""", "Shared, Dialogue, BareDialogue")]
    [InlineData("""{"chosen": "It rains a lot.", "rejected": "It rains little."}""", "Shared")]
    [InlineData("""{"prompt": "Hi?", "chosen": "Yes.", "rejected": "No."}""", "Given")]
    public void A_column_of_loaded_pairs_says_what_its_prompts_were(string row, string origin)
    {
        using var folder = new Data.TemporaryFolder();
        var context = new MLContext();
        IDataView data = context.Alignment.LoadPreferences(folder.Write("rows.jsonl", row));
        Assert.Equal(origin, PromptAnnotation.Of(data.Schema, "Prompt").ToString());
        Assert.Equal(origin, PromptAnnotation.Of(context.Alignment.LoadPreferences(data).Schema, "Prompt").ToString());
        Assert.Equal(origin, PromptAnnotation.Of(new MLContext().Data.SkipRows(data, 1).Schema, "Prompt").ToString());
    }
}
