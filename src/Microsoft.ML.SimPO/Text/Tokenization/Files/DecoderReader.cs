using System.Text;
using Microsoft.ML.SimPO.Text.Tokenization.Decoders;
using Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;

namespace Microsoft.ML.SimPO.Text.Tokenization.Files;

/// <summary>Reads the "decoder" of a tokenizer.json.</summary>
internal static class DecoderReader
{
    /// <summary>More than any tokenizer has.</summary>
    private const int MaxDecoders = 100;

    /// <summary>Without a decoder tokens are joined with spaces.</summary>
    /// <exception cref="NotSupportedException">A decoder of that type is not known.</exception>
    public static DecoderChain Read(JsonSection? section)
    {
        if (section is not { } given) return new DecoderChain([], " ");
        List<JsonSection> parts = [.. Flatten(given).Take(MaxDecoders + 1)];
        if (parts.Count > MaxDecoders) throw given.Fault($"expected at most {MaxDecoders} decoders, found more");
        var stages = new List<Func<DecoderStage, DecoderStage>>();
        for (int i = 0; i < parts.Count; i++)
        {
            bool fused = i > 0 && TypeOf(parts[i - 1]) == "Fuse";
            // Fused text need not be kept back where nothing after it looks further than its start.
            if (TypeOf(parts[i]) == "Fuse" && (i + 1 == parts.Count || (i + 2 == parts.Count && IsStartStrip(parts[i + 1])))) continue;
            if (i > 0 && TypeOf(parts[i - 1]) == "ByteLevel") stages.Add(static next => new FuseStage(next));
            stages.Add(fused && i + 1 == parts.Count && IsStartStrip(parts[i]) ? FusedStrip(parts[i]) : Stage(parts[i]));
        }
        return new DecoderChain(stages, "");
    }

    private static IEnumerable<JsonSection> Flatten(JsonSection section) =>
        TypeOf(section) == "Sequence" ? section.Required("decoders").Items().SelectMany(Flatten) : [section];

    private static string TypeOf(JsonSection section) => section.Required("type").Text();

    private static bool IsStartStrip(JsonSection section) => TypeOf(section) == "Strip" && section.Required("stop").Integer() == 0;

    private static Func<DecoderStage, DecoderStage> FusedStrip(JsonSection section)
    {
        (Rune content, int start) = (section.Required("content").Character(), section.Required("start").Integer());
        return next => new FusedStripStage(content, start, next);
    }

    private static Func<DecoderStage, DecoderStage> Stage(JsonSection section)
    {
        switch (TypeOf(section))
        {
            case "ByteLevel": return next => new ByteLevelStage(next);
            case "ByteFallback": return next => new ByteFallbackStage(next);
            case "Fuse": return next => new FuseStage(next);
            case "Replace":
                (TextPattern pattern, string replacement) = (PatternReader.Read(section.Required("pattern")), section.Required("content").Text());
                return next => new ReplaceStage(pattern, replacement, next);
            case "Strip":
                (Rune content, int start, int stop) =
                    (section.Required("content").Character(), section.Required("start").Integer(), section.Required("stop").Integer());
                return next => new StripStage(content, start, stop, next);
            case "Metaspace":
                (Rune space, PrependScheme scheme) = (Metaspace.Replacement(section), Metaspace.Scheme(section));
                return next => new MetaspaceStage(space, scheme, next);
            case "WordPiece":
                (string prefix, bool cleanUp) = (section.TextOrNull("prefix") ?? "##", section.Flag("cleanup", true));
                return next => new WordPieceStage(prefix, cleanUp, next);
            case "BPEDecoder":
                string suffix = section.TextOrNull("suffix") ?? "</w>";
                return next => new EndOfWordStage(suffix, next);
            case "CTC":
                (string pad, string delimiter, bool clean) =
                    (section.TextOrNull("pad_token") ?? "<pad>", section.TextOrNull("word_delimiter_token") ?? "|", section.Flag("cleanup", true));
                return next => new CtcStage(pad, delimiter, clean, next);
            default: throw section.Unsupported($"the decoder '{TypeOf(section)}'");
        }
    }
}
