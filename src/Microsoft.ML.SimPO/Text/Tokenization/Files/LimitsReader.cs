using Microsoft.ML.SimPO.Text.Tokenization.PostProcessors;

namespace Microsoft.ML.SimPO.Text.Tokenization.Files;

/// <summary>Reads the "truncation" and "padding" of a tokenizer.json.</summary>
internal static class LimitsReader
{
    /// <summary>Longer padding than any model takes would only fill memory.</summary>
    private const int MaxPadding = 1 << 21;

    public static TokenizerLimits Read(JsonSection tokenizer)
    {
        TokenizerLimits limits = TokenizerLimits.None;
        if (tokenizer.Optional("truncation") is { } truncation)
        {
            string strategy = truncation.TextOrNull("strategy") ?? "LongestFirst";
            if (strategy is not ("LongestFirst" or "OnlyFirst")) throw truncation.Unsupported($"the truncation strategy '{strategy}' on a single text");
            limits = limits with { MaxLength = truncation.Required("max_length").Integer(), KeepsEnd = IsLeft(truncation) };
        }
        if (tokenizer.Optional("padding") is not { } padding) return limits;
        JsonSection length = padding.Required("strategy");
        int? fixedLength = length.IsObject ? length.Required("Fixed").Integer(0, MaxPadding) : null;
        if (fixedLength is null && length.Text() != "BatchLongest") throw length.Unsupported($"the padding strategy '{length.Text()}'");
        if (fixedLength == 0) return limits;
        int? multiple = padding.Optional("pad_to_multiple_of")?.Integer(0, MaxPadding);
        return limits with
        {
            PaddedLength = fixedLength ?? 0,
            PadMultiple = multiple is null or 0 ? 1 : multiple.Value,
            PadsStart = IsLeft(padding),
            Padding = new SpecialToken(padding.Required("pad_id").Integer(0, TokenModelReader.MaxId), padding.Required("pad_token").Text()),
        };
    }

    private static bool IsLeft(JsonSection section) => (section.TextOrNull("direction") ?? "Right") switch
    {
        "Left" => true,
        "Right" => false,
        string other => throw section.Unsupported($"the direction '{other}'"),
    };
}
