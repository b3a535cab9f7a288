using Microsoft.ML.SimPO.Text.Tokenization.PostProcessors;

namespace Microsoft.ML.SimPO.Text.Tokenization;

/// <summary>The "truncation" and "padding" of a tokenizer.json.</summary>
/// <param name="MaxLength">The most tokens, special tokens included; null for no bound.</param>
/// <param name="KeepsEnd">Whether the end of a longer text is kept rather than its start.</param>
/// <param name="PaddedLength">The least tokens; null for no padding, 0 where it is the text's own length.</param>
/// <param name="PadMultiple">That length is rounded up to a multiple of this; a text that is longer than a fixed length is not.</param>
/// <param name="PadsStart">Whether padding comes before the text rather than after it.</param>
/// <param name="Padding">What is padded with.</param>
internal sealed record TokenizerLimits(int? MaxLength, bool KeepsEnd, int? PaddedLength, int PadMultiple, bool PadsStart, SpecialToken Padding)
{
    public static TokenizerLimits None { get; } = new(null, false, null, 1, false, default);

    /// <summary>The tokens of the text itself that are kept, if there are <paramref name="count"/> and so many special ones.</summary>
    public (int First, int Last) Keep(int count, int specialTokens)
    {
        int most = MaxLength is int max ? Math.Max(0, max - specialTokens) : count;
        if (count <= most) return (0, count);
        return KeepsEnd ? (count - most, count) : (0, most);
    }

    /// <summary>How many tokens of padding there are beside so many others.</summary>
    public int PaddingFor(int count)
    {
        if (PaddedLength is not int least) return 0;
        long length = least == 0 ? count : least;
        return (int)Math.Max(0, (length + PadMultiple - 1) / PadMultiple * PadMultiple - count);
    }
}
