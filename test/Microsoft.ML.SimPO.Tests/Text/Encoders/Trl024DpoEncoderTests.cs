using Microsoft.ML.SimPO.Parity;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Text;

/// <summary>Rows as TRL 0.24's DPO trainer prepares them, on the tokenizer of the QuickStart's model, whose EOS is 4.</summary>
public sealed class Trl024DpoEncoderTests
{
    private static readonly string Folder = Path.Combine(GoldenCases.OwnRoot, "encoding", "quickstart");
    private static readonly HfTokenizer Tokenizer = HfTokenizer.Load(Folder);

    private static readonly int[] Prompt = Ids("Say hello to all of them"), Chosen = [.. Ids(" Hello, all of you."), 4], Rejected = [.. Ids(" No!"), 4, 4];

    /// <summary>No BOS is added, and an answer that ends in EOS gets a second one.</summary>
    [Fact]
    public void Each_part_is_tokenized_by_itself_and_EOS_stands_behind_every_answer()
    {
        EncodedPrompt pair = Encode(o => o);
        Assert.Equal([.. Prompt, .. Chosen], pair.Chosen.Ids);
        Assert.Equal([.. Prompt, .. Rejected], pair.Rejected.Ids);
        Assert.Equal((Prompt.Length, Prompt.Length), (pair.Chosen.PromptLength, pair.Rejected.PromptLength));
        Assert.Equal((1.0, 0.0), (pair.Chosen.Rating, pair.Rejected.Rating));
        Assert.False(pair.HasCutPrompt || pair.HasCutAnswer);
    }

    [Fact]
    public void A_prompt_keeps_its_last_tokens_whether_it_would_fit_or_not()
    {
        EncodedPrompt pair = Encode(o => o with { MaxPromptLength = 2 });
        Assert.Equal([.. Prompt[^2..], .. Chosen], pair.Chosen.Ids);
        Assert.Equal((2, 2), (pair.Chosen.PromptLength, pair.Rejected.PromptLength));
        Assert.Equal((true, false), (pair.HasCutPrompt, pair.HasCutAnswer));
    }

    /// <summary>Each by itself; nothing predicts the first token of what is left, so that it is not scored.</summary>
    [Fact]
    public void A_sequence_keeps_its_last_tokens()
    {
        int length = Rejected.Length + 2;
        Assert.True(length <= Chosen.Length); // so that of the chosen one an answer alone is left
        EncodedPrompt pair = Encode(o => o with { MaxLength = length });
        Assert.Equal(Chosen[^length..], pair.Chosen.Ids);
        Assert.Equal([.. Prompt[^2..], .. Rejected], pair.Rejected.Ids);
        Assert.Equal((1, 2), (pair.Chosen.PromptLength, pair.Rejected.PromptLength));
        Assert.Equal((true, true), (pair.HasCutPrompt, pair.HasCutAnswer));
        EncodedPrompt first = Encode(o => o with { MaxLength = Prompt.Length + 1, PromptCut = PromptCut.KeepStart });
        Assert.Equal([.. Prompt, Chosen[0]], first.Chosen.Ids);
        Assert.Equal(Prompt.Length, first.Chosen.PromptLength);
    }

    /// <summary>512 tokens of the prompt without a limit, and what a template wrote is tokenized as it stands.</summary>
    [Fact]
    public void A_conversation_is_rendered_first()
    {
        PreferenceEncoder own = PreferenceEncoder.Load(Folder), trl = Create(o => o with { ApplyChatTemplate = true });
        EncodedPrompt expected = own.Encode("Hi", "Yes.", "No!", 1)!, found = trl.Encode("Hi", "Yes.", "No!", 1)!;
        int prompt = expected.Chosen.PromptLength;
        Assert.Equal(expected.Chosen.Ids[..prompt], found.Chosen.Ids[..prompt]);
        Assert.Equal(4, found.Chosen.Ids[^1]);
        Assert.Equal(4, found.Chosen.Ids[^2]); // the template's end of the turn is EOS here
        EncodedPrompt cut = Create(o => o).Encode(string.Concat(Enumerable.Repeat("all of them ", 400)), " Yes.", " No!", 1)!;
        Assert.Equal(512, cut.Chosen.PromptLength);
    }

    private static EncodedPrompt Encode(Func<PreferenceEncoderOptions, PreferenceEncoderOptions> change) =>
        Create(change).Encode("Say hello to all of them", " Hello, all of you.", " No!<|eot_id|>", 1)!;

    private static PreferenceEncoder Create(Func<PreferenceEncoderOptions, PreferenceEncoderOptions> change) =>
        PreferenceEncoder.Load(Folder, change(new() { Preparation = RowPreparation.Trl024Dpo, ApplyChatTemplate = false }));

    private static int[] Ids(string text) => Tokenizer.Encode(text, addSpecialTokens: false);
}
