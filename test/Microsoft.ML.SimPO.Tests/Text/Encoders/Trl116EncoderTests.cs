using Microsoft.ML.SimPO.Parity;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Text;

/// <summary>Rows as TRL 1.16's DPO and KTO trainers prepare them, on the tokenizer of the QuickStart's model, whose EOS is 4.</summary>
public sealed class Trl116EncoderTests
{
    private static readonly string Folder = Path.Combine(GoldenCases.OwnRoot, "encoding", "quickstart");
    private static readonly HfTokenizer Tokenizer = HfTokenizer.Load(Folder);

    [Fact]
    public void A_plain_answer_ends_in_EOS_once()
    {
        PreferenceEncoder encoder = Create(o => o with { ApplyChatTemplate = false });
        EncodedPrompt pair = encoder.Encode("Hi", " Yes.", " No!<|eot_id|>", 1)!;
        int[] prompt = Tokenizer.Encode("Hi", addSpecialTokens: true);
        Assert.Equal([.. Tokenizer.Encode("Hi Yes.", addSpecialTokens: true), 4], pair.Chosen.Ids);
        Assert.Equal([.. Tokenizer.Encode("Hi No!", addSpecialTokens: true), 4], pair.Rejected.Ids);
        Assert.Equal((prompt.Length, prompt.Length), (pair.Chosen.PromptLength, pair.Rejected.PromptLength));
        EncodedPrompt single = encoder.EncodeAnswer("Hi", " Yes.", 2)!;
        Assert.Equal(pair.Chosen.Ids, Assert.Single(single.Answers).Ids);
        Assert.Equal(1, single.Chosen.Rating);
    }

    /// <summary>"Hell" and "Hello." have other tokens from the start of the word on, so the answer begins there.</summary>
    [Fact]
    public void The_answer_begins_where_prompt_and_whole_text_differ()
    {
        int[] prompt = Tokenizer.Encode("Say Hell", addSpecialTokens: true), whole = Tokenizer.Encode("Say Hello.", addSpecialTokens: true);
        int common = prompt.AsSpan().CommonPrefixLength(whole);
        Assert.True(common < prompt.Length); // else this tests nothing
        PreferenceEncoder encoder = Create(o => o with { ApplyChatTemplate = false });
        Assert.Equal(common, encoder.Encode("Say Hell", "o.", "o!", 1)!.Chosen.PromptLength);
        Assert.Equal(1, encoder.Statistics.Merged);
    }

    [Fact]
    public void Each_side_keeps_its_first_tokens_and_a_prompt_that_fills_them_is_dropped()
    {
        EncodedPrompt whole = Create(o => o).Encode("Hi", "Yes.", "No, no, no, no!", 1)!;
        int shorter = whole.Chosen.Ids.Length;
        PreferenceEncoder encoder = Create(o => o with { MaxLength = shorter });
        EncodedPrompt cut = encoder.Encode("Hi", "Yes.", "No, no, no, no!", 1)!;
        Assert.Equal(whole.Chosen.Ids, cut.Chosen.Ids);
        Assert.Equal(whole.Rejected.Ids[..shorter], cut.Rejected.Ids);
        Assert.Equal((1, 0), (encoder.Statistics.CutAnswers, encoder.Statistics.CutPrompts));
        Assert.Equal((false, true), (cut.HasCutPrompt, cut.HasCutAnswer));

        PreferenceEncoder small = Create(o => o with { MaxLength = whole.Chosen.PromptLength });
        Assert.Null(small.Encode("Hi", "Yes.", "No!", 1));
        Assert.Equal(1, small.Statistics.DroppedLong);
    }

    /// <summary>A transformer scores every row, also one that training leaves out: one token of the answer behind the end of the prompt.</summary>
    [Fact]
    public void Scoring_finds_a_token_of_every_answer()
    {
        EncodedPrompt whole = Create(o => o).Encode("Hi", "Yes.", "No!", 1)!;
        int prompt = whole.Chosen.PromptLength;
        EncodedPrompt cut = Create(o => o with { MaxLength = prompt, LongAnswers = LongAnswers.Cut }).Encode("Hi", "Yes.", "No!", 1)!;
        Assert.Equal(whole.Chosen.Ids[1..(prompt + 1)], cut.Chosen.Ids);
        Assert.Equal((prompt - 1, 1), (cut.Chosen.PromptLength, cut.Chosen.Length));
        Assert.Equal((true, true), (cut.HasCutPrompt, cut.HasCutAnswer));
    }

    /// <summary>What 1.16 trains SimPO, CPO and ORPO on: 0.24's ids, cut from their ends, each side by itself.</summary>
    [Fact]
    public void The_experimental_trainers_have_the_ids_of_the_version_before_and_keep_the_start_of_each_side()
    {
        EncodedPrompt before = Cpo(RowPreparation.Trl024, 100).Encode("Hi", "Yes.", "No, no, no, no!", 1)!;
        EncodedPrompt whole = Cpo(RowPreparation.Trl116Cpo, 100).Encode("Hi", "Yes.", "No, no, no, no!", 1)!;
        Assert.Equal(before.Chosen.Ids, whole.Chosen.Ids);
        Assert.Equal(before.Rejected.Ids, whole.Rejected.Ids);
        int prompt = whole.Chosen.PromptLength;
        int shorter = whole.Chosen.Ids.Length;
        EncodedPrompt cut = Cpo(RowPreparation.Trl116Cpo, shorter).Encode("Hi", "Yes.", "No, no, no, no!", 1)!;
        Assert.Equal(whole.Chosen.Ids, cut.Chosen.Ids);
        Assert.Equal(whole.Rejected.Ids[..shorter], cut.Rejected.Ids);
        PreferenceEncoder full = Cpo(RowPreparation.Trl116Cpo, prompt);
        Assert.Null(full.Encode("Hi", "Yes.", "No!", 1));
        Assert.Equal(1, full.Statistics.DroppedLong);

        static PreferenceEncoder Cpo(RowPreparation preparation, int length) =>
            PreferenceEncoder.Load(Folder, new PreferenceEncoderOptions { Preparation = preparation, MaxLength = length, MaxPromptLength = length - 1 });
    }

    private static PreferenceEncoder Create(Func<PreferenceEncoderOptions, PreferenceEncoderOptions> change) =>
        PreferenceEncoder.Load(Folder, change(new PreferenceEncoderOptions { Preparation = RowPreparation.Trl116, MaxLength = 100, MaxPromptLength = 1 }));
}
