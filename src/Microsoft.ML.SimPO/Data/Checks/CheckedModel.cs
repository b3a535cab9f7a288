using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Data.Checks;

/// <summary>What of a model decides how rows are read: its tokenizer and its chat template. No weights.</summary>
internal sealed class CheckedModel
{
    private readonly PreferenceEncoderOptions _options;
    private readonly bool _addsBos;

    /// <param name="folder">The model's.</param>
    /// <param name="options">How rows become ids.</param>
    /// <param name="template">A chat template in place of the model's own, as <see cref="ScoringOptions.ChatTemplate"/>; null for that.</param>
    /// <exception cref="FileNotFoundException">There is no tokenizer in the folder.</exception>
    /// <exception cref="InvalidDataException">
    /// A file is malformed, the model has no token to end an answer with, or <paramref name="template"/> is no template.
    /// </exception>
    public CheckedModel(string folder, PreferenceEncoderOptions options, string? template = null)
    {
        HfTokenizer tokenizer = HfTokenizer.Load(folder);
        (Tokenizer, _options) = (tokenizer, options);
        SpecialTokens tokens = SpecialTokens.Load(folder);
        Encoder = new PreferenceEncoder(tokenizer, tokens, TemplateOf(folder, template), options);
        Bos = tokens.Bos;
        _addsBos = Bos is not null && tokenizer.Encode("a", addSpecialTokens: true) is [var first, ..] && first == tokenizer.TokenId(Bos);
    }

    public HfTokenizer Tokenizer { get; }

    public PreferenceEncoder Encoder { get; }

    /// <summary>Tokens of prompt and answer together.</summary>
    public int MaxLength => _options.MaxLength;

    /// <summary>The text of the token that begins a sequence; null for none.</summary>
    public string? Bos { get; }

    private static ChatTemplate? TemplateOf(string folder, string? chosen)
    {
        if (chosen is null) return ChatTemplate.Load(folder);
        ModelFiles files = ModelStart.Open(folder).Files;
        return ChatTemplate.Load(files.With(ChatTemplateFiles.Chosen(files, chosen)));
    }

    /// <summary>Whether a row's prompt is text that begins with BOS, where the tokenizer puts one before every text.</summary>
    public bool AddsBos(CheckedRow row) =>
        _addsBos && row is { Pair: { } pair, Turns.IsText: true } && pair.Prompt.AsSpan().TrimStart().StartsWith(Bos, StringComparison.Ordinal);

    /// <summary>Whether a row's prompt is text that ends with a blank which, read as plain text, is one token with the beginning of an answer.</summary>
    public bool MergesBlank(CheckedRow row)
    {
        if (row is not { Pair: { } pair, Turns.IsText: true } || pair.Prompt is not [.., var last] || !char.IsWhiteSpace(last)) return false;
        int[] prompt = Tokenizer.Encode(pair.Prompt, addSpecialTokens: false);
        return !Keeps(row.Chosen) || !Keeps(row.Rejected);

        bool Keeps(string answer) => Tokenizer.Encode(pair.Prompt + answer, addSpecialTokens: false).AsSpan().StartsWith(prompt);
    }

    /// <summary>Reads a row as training would.</summary>
    public void Read(CheckedRow row)
    {
        if (row.Pair is not { } pair) return;
        if (pair.Prompt.Length == 0 && Encoder.NeedsPrompt(row.Origin))
        {
            row.Refusal = "the prompt is empty.";
            return;
        }
        try
        {
            string[] texts = Encoder.AsRead([pair.Prompt, pair.Chosen, pair.Rejected], row.Origin);
            row.Encoded = Encoder.Examine(texts[0], texts[1], texts[2]);
        }
        catch (InvalidDataException e)
        {
            row.Refusal = e.Message;
        }
    }
}
