using Microsoft.ML.SimPO.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Generation;

public sealed class TokenGeneratorTests : IDisposable
{
    private static readonly int[][] Prompts = [[5], [9, 8, 7, 6, 5, 4, 3, 2, 1], [1, 2, 3], [50, 60, 70, 80, 90, 11, 12, 13, 14, 15, 16, 17]];

    private readonly Decoder _decoder = RandomDecoder.Make(3);

    public void Dispose() => _decoder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Prompts_of_different_lengths_do_not_influence_each_other(bool sample)
    {
        var options = new GenerationOptions { MaxNewTokens = 30, Sample = sample, Seed = 11 };
        int[][] together = new TokenGenerator(_decoder, []).Generate(Prompts, options);
        int[][] padded = new TokenGenerator(_decoder, []).Generate([Prompts[0], Prompts[1]], options);
        Assert.All(together, t => Assert.Equal(30, t.Length));
        Assert.Equal(together[..2], padded);
        if (!sample)
            for (int i = 0; i < Prompts.Length; i++) Assert.Equal(together[i], new TokenGenerator(_decoder, []).Generate([Prompts[i]], options)[0]);
    }

    /// <summary>Without a cache: the whole sequence again for every token.</summary>
    [Fact]
    public void The_cache_changes_nothing()
    {
        foreach (DecoderArchitecture architecture in new[] { RandomDecoder.Architecture, RandomDecoder.Ornate })
        {
            using Decoder decoder = RandomDecoder.Make(4, architecture);
            List<int> sequence = [.. Prompts[1]];
            for (int i = 0; i < 20; i++) sequence.Add(Next(decoder, [.. sequence]));
            Assert.Equal(
                sequence.Skip(Prompts[1].Length), new TokenGenerator(decoder, []).Generate([Prompts[1]], new GenerationOptions { MaxNewTokens = 20 })[0]);
        }
    }

    /// <summary>What may be written is no reason to take memory for it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_cache_grows_with_what_is_written_however_much_may_be(bool ornate)
    {
        using Decoder decoder = RandomDecoder.Make(4, ornate ? RandomDecoder.Ornate : null);
        var options = new GenerationOptions { MaxNewTokens = int.MaxValue, MaxLength = 210 };
        int[][] grown = new TokenGenerator(decoder, []) { ThroughTorchAlone = true }.Generate(Prompts, options);
        Assert.Equal(Prompts.Select(p => 210 - p.Length), grown.Select(g => g.Length));
        Assert.Equal(new TokenGenerator(decoder, []).Generate(Prompts, options), grown);
    }

    [Fact]
    public void A_stop_token_ends_its_own_sequence_and_is_part_of_it()
    {
        var options = new GenerationOptions { MaxNewTokens = 30, Sample = true, Seed = 1 };
        int[][] free = new TokenGenerator(_decoder, []).Generate(Prompts, options);
        int stop = free[2][4];
        int[][] stopped = new TokenGenerator(_decoder, [stop]).Generate(Prompts, options);
        for (int i = 0; i < free.Length; i++)
        {
            int end = Array.IndexOf(free[i], stop);
            Assert.Equal(end < 0 ? free[i] : free[i][..(end + 1)], stopped[i]);
        }
        Assert.True(stopped[2].Length <= 5);
    }

    [Fact]
    public void The_listener_hears_every_token_and_can_end_a_sequence()
    {
        List<(int Sequence, int Token)> heard = [];
        int[][] written = new TokenGenerator(_decoder, []).Generate(Prompts[..2], new GenerationOptions { MaxNewTokens = 6 }, (sequence, token) =>
        {
            heard.Add((sequence, token));
            return sequence != 0 || heard.Count(h => h.Sequence == 0) < 3;
        });
        Assert.Equal([3, 6], written.Select(w => w.Length));
        for (int i = 0; i < 2; i++) Assert.Equal(written[i], heard.Where(h => h.Sequence == i).Select(h => h.Token));
    }

    [Fact]
    public void Nothing_in_gives_nothing_out() => Assert.Empty(new TokenGenerator(_decoder, []).Generate([], new GenerationOptions()));

    [Fact]
    public void Generation_leaves_no_tensors_whether_it_ends_or_is_cancelled()
    {
        long before = LiveTensors.CountWithoutGarbage();
        using var source = new CancellationTokenSource();
        new TokenGenerator(_decoder, [1]).Generate(Prompts, new GenerationOptions { MaxNewTokens = 8 });
        Assert.Equal(before, LiveTensors.Count);
        Assert.Throws<OperationCanceledException>(() => new TokenGenerator(_decoder, []).Generate(Prompts, new GenerationOptions { MaxNewTokens = 8 }, (_, _) =>
        {
            source.Cancel();
            return true;
        }, source.Token));
        Assert.Equal(before, LiveTensors.Count);
    }

    private static int Next(Decoder decoder, int[] sequence)
    {
        using DisposeScope scope = NewDisposeScope();
        using var pass = DecoderPass.Packed(decoder.Architecture, TokenBatch.OfSequences([sequence]), CPU);
        return (int)decoder.Logits(decoder.FinalNorm.Forward(decoder.Forward(pass)).Output)[^1].argmax().item<long>();
    }
}
