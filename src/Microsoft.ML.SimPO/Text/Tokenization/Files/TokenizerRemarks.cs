using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Text.Tokenization.AddedTokens;
using Microsoft.ML.SimPO.Text.Tokenization.Conversion;
using Microsoft.ML.SimPO.Text.Tokenization.PostProcessors;
using Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

namespace Microsoft.ML.SimPO.Text.Tokenization.Files;

/// <summary>What is said of a tokenizer whose files contradict each other, or ask for what transformers 4.57 does not do either.</summary>
internal static class TokenizerRemarks
{
    public static IEnumerable<string> Of(
        ModelFiles files, JsonSection? config, ConfiguredTokens tokens, (ConfiguredToken Token, int Given, int Id)? other, AddedVocabulary added,
        TokenVocabulary vocabulary, PostProcessor postProcessor)
    {
        if (tokens.SplitsSpecial)
            yield return $"'{files.Origin}': `split_special_tokens` is true, so special tokens that stand in a text are letters, "
                + "also those that a chat template writes.";
        if (other is { } found)
            yield return $"Warning: '{files.Origin}': {tokens.AddedFrom} gives `{found.Token.Content}` the id {found.Given}, and "
                + $"{TokenizerReader.TokenizerFile} has it as {found.Id}, which is used, as in transformers.";
        if (config is { } given)
        {
            if (given.Flag("add_bos_token", false) && postProcessor.Before.Count == 0) yield return Unheeded(files, given, "add_bos_token", "before");
            if (given.Flag("add_eos_token", false) && postProcessor.After.Count == 0) yield return Unheeded(files, given, "add_eos_token", "behind");
        }
        if (Disagreement(files, config, added, vocabulary) is { } disagreement) yield return disagreement;
    }

    private static string Unheeded(ModelFiles files, JsonSection config, string flag, string place)
    {
        string name = config.TextOrNull("tokenizer_class") is { } named ? $"the class {named}" : "a tokenizer without a class";
        return $"'{files.Origin}': `{flag}` is true, which {name} of transformers 4.57 does not heed: "
            + $"{TokenizerReader.TokenizerFile} puts nothing {place} a text, and that counts.";
    }

    /// <summary>Where a tokenizer.model lies beside tokenizer.json and has other pieces.</summary>
    private static string? Disagreement(ModelFiles files, JsonSection? config, AddedVocabulary added, TokenVocabulary vocabulary)
    {
        const string model = VocabularyFiles.SentencePiece;
        if (files.Find(model) is not { } content || !SentencePieceConversion.IsOf(content)) return null;
        if (config is { } given && TokenizerClass.NameOf(given) is not ("" or "LlamaTokenizer" or "CodeLlamaTokenizer" or "GemmaTokenizer")) return null;
        SentencePieceModel pieces;
        try
        {
            pieces = SentencePieceModel.Read(content, files.PathOf(model));
        }
        catch (Exception error) when (error is InvalidDataException or NotSupportedException)
        {
            return $"Warning: '{files.Origin}': {TokenizerReader.TokenizerFile} is used, and {model} beside it cannot be read: {error.Message}";
        }
        for (int id = 0; id < pieces.Pieces.Count; id++)
        {
            string piece = pieces.Pieces[id].Text;
            string? text = added.Text(id) ?? vocabulary.Text(id);
            if (text == piece) continue;
            bool takesModel = config?.Optional("add_prefix_space") is not null;
            return FormattableString.Invariant(
                $"Warning: '{files.Origin}': {TokenizerReader.TokenizerFile} and {model} hold different vocabularies ({vocabulary.Count} and ")
                + FormattableString.Invariant($"{pieces.Pieces.Count} pieces, the first other one with the id {id}: `{text}` and `{piece}`). ")
                + $"{TokenizerReader.TokenizerFile} is used, as transformers does"
                + (takesModel ? $" but 4.57 where `add_prefix_space` is given: that takes {model}." : ".");
        }
        return null;
    }
}
