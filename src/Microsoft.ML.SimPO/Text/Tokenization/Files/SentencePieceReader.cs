using System.Text;
using Microsoft.ML.SimPO.Text.Tokenization.AddedTokens;
using Microsoft.ML.SimPO.Text.Tokenization.Decoders;
using Microsoft.ML.SimPO.Text.Tokenization.Normalizers;
using Microsoft.ML.SimPO.Text.Tokenization.Patterns;
using Microsoft.ML.SimPO.Text.Tokenization.PostProcessors;
using Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;
using Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

namespace Microsoft.ML.SimPO.Text.Tokenization.Files;

/// <summary>Makes of a SentencePiece file the tokenizer that transformers makes of it: for BPE that of Llama, for unigram that of T5.</summary>
internal static class SentencePieceReader
{
    private const string Space = "▁";

    /// <summary>Longer pieces are no words; looking at all of their parts would take quadratic time.</summary>
    private const int MaxPieceLength = 512;

    /// <summary>Some times what the largest models have.</summary>
    private const int MaxMerges = 4_000_000;

    /// <param name="bytes">The file.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <param name="config">tokenizer_config.json, where there is one.</param>
    public static HfTokenizer Read(ReadOnlySpan<byte> bytes, string path, JsonSection? config)
    {
        SentencePieceModel model = SentencePieceModel.Read(bytes, path);
        bool legacy = config?.Flag("legacy", true) ?? true;
        bool prefix = model.AddDummyPrefix && (config?.Flag("add_prefix_space", true) ?? true);
        TextNormalizer? normalizer = Normalizer(model, legacy, prefix, path);
        List<PreTokenizerStep> preTokenizers = PreTokenizers(model, legacy, prefix);
        TokenModel tokens = model.IsBpe ? Bpe(model, path) : Unigram(model);
        var added = new AddedTokenReader(tokens.Vocabulary);
        foreach (SentencePieceModel.Piece piece in model.Pieces)
            if (piece.Type is SentencePieceType.Control or SentencePieceType.UserDefined) added.AddPiece(piece.Text, piece.Type == SentencePieceType.Control);
        if (model.IsBpe) added.AddSpecial(model.Pieces[model.UnknownId].Text);
        if (config is { } given) added.AddConfigured(given);
        var pipeline = new TokenizationPipeline(new AddedVocabulary(added.Tokens, added.SpecialTexts, normalizer), normalizer, preTokenizers, tokens);
        return new HfTokenizer(pipeline, PostProcessor(model, config), Decoder(model, prefix), TokenizerLimits.None);
    }

    private static SequenceNormalizer? Normalizer(SentencePieceModel model, bool legacy, bool prefix, string path)
    {
        var parts = new List<TextNormalizer>();
        if (model.CharacterMap.Length > 0) parts.Add(new PrecompiledNormalizer(CharacterMap(model, path)));
        if (model.IsBpe)
        {
            bool metaspace = !legacy && prefix;
            if (prefix && legacy) parts.Add(new PrependNormalizer(Space));
            if (!metaspace) parts.Add(new ReplaceNormalizer(new TextPattern(" "), Space));
        }
        else
        {
            parts.Add(new StripNormalizer(left: false, right: true));
            parts.Add(new ReplaceNormalizer(new TextPattern(new CodePointRegex(" {2,}")), Space));
        }
        return parts.Count == 0 ? null : new SequenceNormalizer(parts);
    }

    private static PrecompiledMap CharacterMap(SentencePieceModel model, string path)
    {
        try
        {
            return new PrecompiledMap(model.CharacterMap);
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}.", e);
        }
    }

    private static List<PreTokenizerStep> PreTokenizers(SentencePieceModel model, bool legacy, bool prefix)
    {
        var space = new Rune(Space[0]);
        if (model.IsBpe) return !legacy && prefix ? [new MetaspaceStep(space, PrependScheme.First)] : [];
        PrependScheme scheme = !prefix ? PrependScheme.Never : legacy ? PrependScheme.Always : PrependScheme.First;
        return [new MetaspaceStep(space, scheme), new PatternSplit(new TextPattern(Space), SplitBehavior.MergedWithNext, invert: false)];
    }

    private static BpeModel Bpe(SentencePieceModel model, string path)
    {
        var vocabulary = new TokenVocabulary([.. model.Pieces.Select(piece => piece.Text)]);
        var options = new BpeModelOptions { UnknownToken = model.Pieces[model.UnknownId].Text, FuseUnknown = true, ByteFallback = true };
        return new BpeModel(vocabulary, Merges(model, vocabulary, path), options);
    }

    /// <summary>Every way to put a piece together of two, the best piece first and of its ways the one with the longest left part.</summary>
    private static List<(int Left, int Right, int Merged)> Merges(SentencePieceModel model, TokenVocabulary vocabulary, string path)
    {
        var merges = new List<(int Left, int Right, int Merged, float Score, int LeftLength, int RightLength)>();
        foreach (SentencePieceModel.Piece piece in model.Pieces)
        {
            string text = piece.Text;
            if (text.Length > MaxPieceLength)
                throw new InvalidDataException($"{path}: expected pieces of at most {MaxPieceLength} characters, found one of {text.Length}.");
            int merged = vocabulary.Id(text)!.Value, codePoints = text.EnumerateRunes().Count();
            var ways = new List<(int Left, int Right, int Merged, float Score, int LeftLength, int RightLength)>();
            for (int i = 1, length = 1; i < text.Length; i++, length++)
            {
                if (char.IsLowSurrogate(text[i])) i++;
                if (i < text.Length && vocabulary.TryGetId(text.AsSpan(0, i), out int left) && vocabulary.TryGetId(text.AsSpan(i), out int right))
                    ways.Add((left, right, merged, piece.Score, length, codePoints - length));
            }
            if (merges.Count + ways.Count > MaxMerges)
                throw new InvalidDataException($"{path}: expected pieces that can be put together in at most {MaxMerges} ways, found more.");
            merges.AddRange(ways.OrderBy(way => way.Left).ThenBy(way => way.Right));
        }
        return [.. merges.OrderByDescending(m => m.Score).ThenByDescending(m => m.LeftLength).ThenByDescending(m => m.RightLength)
            .Select(m => (m.Left, m.Right, m.Merged))];
    }

    private static UnigramModel Unigram(SentencePieceModel model) =>
        new(new TokenVocabulary([.. model.Pieces.Select(piece => piece.Text)]), [.. model.Pieces.Select(piece => (double)piece.Score)], model.UnknownId,
            model.ByteFallback);

    /// <summary>Llama puts BOS before the text, T5 EOS after it, unless the configuration says otherwise.</summary>
    private static PostProcessor PostProcessor(SentencePieceModel model, JsonSection? config)
    {
        bool bos = config?.Flag("add_bos_token", model.IsBpe) ?? model.IsBpe, eos = config?.Flag("add_eos_token", !model.IsBpe) ?? !model.IsBpe;
        return new PostProcessor(Token(bos, model.BosId), Token(eos, model.EosId), []);

        SpecialToken[] Token(bool wanted, int id) => wanted && (uint)id < (uint)model.Pieces.Count ? [new SpecialToken(id, model.Pieces[id].Text)] : [];
    }

    private static DecoderChain Decoder(SentencePieceModel model, bool prefix)
    {
        var stages = new List<Func<DecoderStage, DecoderStage>>();
        if (model.IsBpe)
        {
            var space = new TextPattern(Space);
            stages.Add(next => new ReplaceStage(space, " ", next));
            stages.Add(next => new ByteFallbackStage(next));
            if (prefix) stages.Add(next => new FusedStripStage(new Rune(' '), 1, next));
        }
        else stages.Add(next => new MetaspaceStage(new Rune(Space[0]), prefix ? PrependScheme.Always : PrependScheme.Never, next));
        return new DecoderChain(stages, "");
    }
}
