namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>Fits a pair into its length by the sound rules: the prompt gives way first, from its start, behind BOS, the same for both sides.</summary>
internal static class PairTruncation
{
    /// <summary>The sides that fit; null for a pair that is to be dropped.</summary>
    public static (EncodedSide Chosen, EncodedSide Rejected, bool CutsPrompt, bool CutsAnswer)? Fit(
        EncodedSide chosen, EncodedSide rejected, PreferenceEncoderOptions options, int? endToken)
    {
        int longest = Math.Max(chosen.Ids.Length, rejected.Ids.Length);
        int prompt = Math.Max(chosen.PromptLength, rejected.PromptLength);
        int excess = Math.Max(longest - options.MaxLength, prompt - (options.MaxPromptLength ?? options.MaxLength));
        if (excess <= 0) return (chosen, rejected, false, false);
        int removable = Removable(chosen, rejected);
        if (longest - Math.Min(excess, removable) <= options.MaxLength)
        {
            int cut = Math.Min(excess, removable);
            return (WithoutStart(chosen, cut), WithoutStart(rejected, cut), cut > 0, false);
        }
        return options.LongAnswers == LongAnswers.Drop ? null : CutAnswers(chosen, rejected, removable, options, endToken);
    }

    /// <summary>Prompt tokens that both sides can do without: one stays to predict the first of the answer from.</summary>
    private static int Removable(EncodedSide chosen, EncodedSide rejected)
    {
        int prefix = Math.Max(chosen.Prefix, rejected.Prefix);
        return Math.Max(0, Math.Min(chosen.PromptLength, rejected.PromptLength) - Math.Max(prefix, 1));
    }

    /// <summary>The prompt keeps half of the length (or its own limit), the answers get what is left.</summary>
    private static (EncodedSide Chosen, EncodedSide Rejected, bool CutsPrompt, bool CutsAnswer) CutAnswers(
        EncodedSide chosen, EncodedSide rejected, int removable, PreferenceEncoderOptions options, int? endToken)
    {
        int prompt = Math.Max(chosen.PromptLength, rejected.PromptLength);
        int cut = Math.Clamp(prompt - (options.MaxPromptLength ?? options.MaxLength / 2), 0, removable);
        int? end = options.LongAnswers == LongAnswers.CutAndEnd ? endToken : null;
        return (Shortened(WithoutStart(chosen, cut), options.MaxLength, end), Shortened(WithoutStart(rejected, cut), options.MaxLength, end), cut > 0, true);
    }

    private static EncodedSide WithoutStart(EncodedSide side, int count) =>
        count == 0 ? side : side with { Ids = [.. side.Ids[..side.Prefix], .. side.Ids[(side.Prefix + count)..]], PromptLength = side.PromptLength - count };

    private static EncodedSide Shortened(EncodedSide side, int length, int? end)
    {
        if (side.Ids.Length <= length) return side;
        int[] ids = side.Ids[..length];
        if (end is { } token) ids[^1] = token;
        return side with { Ids = ids, PromptLength = Math.Min(side.PromptLength, length - 1) };
    }
}
