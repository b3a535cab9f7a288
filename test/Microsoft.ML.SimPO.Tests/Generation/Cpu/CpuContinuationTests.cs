using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Generation.Cpu;
using Microsoft.ML.SimPO.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Generation;

public sealed class CpuContinuationTests
{
    /// <summary>Prompts on either side of a page's border, steps across it, against the whole sequence in one pass.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Logits_are_those_of_the_whole_sequence(bool ornate)
    {
        using Decoder decoder = RandomDecoder.Make(5, ornate ? RandomDecoder.Ornate : null);
        Assert.True(CpuStep.Supports(decoder));
        TokenSequence[] rows = Rows(3, 62, 64, 100);
        using var continuation = new CpuContinuation(decoder, CancellationToken.None);
        continuation.Start(rows);
        for (int step = 0; step < 6; step++)
        {
            for (int row = 0; row < rows.Length; row++)
            {
                float[] expected = Whole(decoder, rows[row]);
                foreach ((float want, float got) in expected.Zip(continuation.Logits(row).ToArray())) Assert.Equal(want, got, 2e-5);
                rows[row].Ids.Add((step * 7 + row * 13) % RandomDecoder.VocabularySize);
            }
            continuation.Advance();
        }
    }

    /// <summary>How many heads share keys and values says the model's file; the stack of a thread holds a few hundred at most.</summary>
    [Theory]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(40_000)]
    public void Any_number_of_heads_shares_keys_and_values(int heads)
    {
        DecoderArchitecture architecture = RandomDecoder.Architecture with
        {
            HiddenSize = 8, IntermediateSize = 8, HeadCount = heads, KeyValueHeadCount = 1, HeadDim = 2, AttentionScale = 1 / Math.Sqrt(2),
            Layers = [new LayerArchitecture(null, 0)],
            Rotaries = [new Models.Rotary.RotaryArchitecture { Dimensions = 2, Base = 10000, MaxPositions = 256 }],
        };
        using Decoder decoder = RandomDecoder.Make(5, architecture);
        using (NewDisposeScope()) decoder.Layers[0].Parameters.AttentionOutput.Value.mul_(1 / Math.Sqrt(heads));
        TokenSequence[] rows = Rows(3, 70);
        using var continuation = new CpuContinuation(decoder, CancellationToken.None);
        continuation.Start(rows);
        for (int step = 0; step < 3; step++)
        {
            for (int row = 0; row < rows.Length; row++)
            {
                foreach ((float want, float got) in Whole(decoder, rows[row]).Zip(continuation.Logits(row).ToArray())) Assert.Equal(want, got, 1e-4);
                rows[row].Ids.Add((step * 7 + row * 13) % RandomDecoder.VocabularySize);
            }
            continuation.Advance();
        }
    }

    /// <summary>The sums of weights and adapter are made for the call: the tokens are the merged model's, and nothing of them stays.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_an_adapter_adds_is_merged_for_the_call(bool ornate)
    {
        DecoderArchitecture? architecture = ornate ? RandomDecoder.Ornate : null;
        using Decoder adapted = RandomDecoder.Make(5, architecture), merged = RandomDecoder.Make(5, architecture), plain = RandomDecoder.Make(5, architecture);
        AdapterTargets targets = AdapterTargets.ByName(["q_proj", "v_proj", "o_proj", "up_proj", "down_proj"]);
        RandomAdapter.Attach(adapted, new AdapterConfig { Rank = 3, Alpha = 6, Targets = targets });
        RandomAdapter.MergeInto(merged, adapted);
        Assert.True(CpuStep.Supports(adapted));
        TokenSequence[] rows = Rows(3, 62, 70);
        long before = LiveTensors.CountWithoutGarbage();
        using (var continuation = new CpuContinuation(adapted, CancellationToken.None))
        {
            continuation.Start(rows);
            for (int step = 0; step < 3; step++)
            {
                for (int row = 0; row < rows.Length; row++)
                {
                    foreach ((float want, float got) in Whole(merged, rows[row]).Zip(continuation.Logits(row).ToArray())) Assert.Equal(want, got, 5e-5);
                    rows[row].Ids.Add((step * 7 + row * 13) % RandomDecoder.VocabularySize);
                }
                continuation.Advance();
            }
        }
        Assert.Equal(before, LiveTensors.Count);
        int[][] expected = Tokens(merged, torchAlone: false);
        Assert.Equal(expected, Tokens(adapted, torchAlone: false));
        Assert.Equal(expected, Tokens(adapted, torchAlone: true));
        Assert.NotEqual(Tokens(plain, torchAlone: false), expected);
    }

    [Fact]
    public void Logits_do_not_depend_on_the_other_rows_to_the_last_bit()
    {
        using Decoder decoder = RandomDecoder.Make(6, RandomDecoder.Ornate);
        TokenSequence[] rows = Rows(1, 9, 70, 64, 20, 21, 22);
        float[][] together = Run(decoder, rows);
        for (int row = 0; row < rows.Length; row++) Assert.Equal(Run(decoder, [Rows(1, 9, 70, 64, 20, 21, 22)[row]])[0], together[row]);
    }

    [Fact]
    public void Rows_with_one_prompt_share_its_pages_and_go_their_own_ways()
    {
        using Decoder decoder = RandomDecoder.Make(7);
        int[] prompt = Rows(130)[0].Prompt;
        var options = new GenerationOptions { Sample = true, Seed = 9, MaxNewTokens = 70 };
        int[][] shared = new TokenGenerator(decoder, []).Generate([prompt, prompt, prompt], options);
        int[][] apart = new TokenGenerator(decoder, []).Generate([prompt, [.. prompt], [.. prompt]], options);
        Assert.Equal(apart, shared);
        Assert.NotEqual(shared[0], shared[1]);
    }

    [Fact]
    public void A_model_that_is_disposed_meanwhile_does_no_harm()
    {
        Decoder decoder = RandomDecoder.Make(8);
        int[] expected = new TokenGenerator(decoder, []).Generate([[1, 2, 3]], new GenerationOptions { MaxNewTokens = 12 })[0];
        int[] found = new TokenGenerator(decoder, []).Generate([[1, 2, 3]], new GenerationOptions { MaxNewTokens = 12 }, (_, _) =>
        {
            decoder.Dispose();
            return true;
        })[0];
        Assert.Equal(expected, found);
    }

    private static int[][] Tokens(Decoder decoder, bool torchAlone) => new TokenGenerator(decoder, []) { ThroughTorchAlone = torchAlone }
        .Generate([.. Rows(3, 20, 66).Select(r => r.Prompt)], new GenerationOptions { MaxNewTokens = 24 });

    private static float[][] Run(Decoder decoder, TokenSequence[] rows)
    {
        using var continuation = new CpuContinuation(decoder, CancellationToken.None);
        continuation.Start(rows);
        for (int step = 0; step < 3; step++)
        {
            foreach (TokenSequence row in rows) row.Ids.Add((row.Prompt.Length + step) % RandomDecoder.VocabularySize);
            continuation.Advance();
        }
        return [.. Enumerable.Range(0, rows.Length).Select(row => continuation.Logits(row).ToArray())];
    }

    private static TokenSequence[] Rows(params int[] lengths) =>
        [.. lengths.Select((length, i) => new TokenSequence(i, [.. Enumerable.Range(0, length)
            .Select(t => ((t * 31) + (length * 7)) % RandomDecoder.VocabularySize)], new TokenSampler(new GenerationOptions(), i)))];

    private static float[] Whole(Decoder decoder, TokenSequence row)
    {
        using DisposeScope scope = NewDisposeScope();
        using var pass = DecoderPass.Packed(decoder.Architecture, TokenBatch.OfSequences([[.. row.Ids]]), CPU);
        return decoder.Logits(decoder.FinalNorm.Forward(decoder.Forward(pass)).Output)[^1].data<float>().ToArray();
    }
}
