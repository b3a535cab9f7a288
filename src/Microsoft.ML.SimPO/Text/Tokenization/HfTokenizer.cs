using System.Collections.Concurrent;
using System.Text;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Text.Gguf;
using Microsoft.ML.SimPO.Text.Tokenization;
using Microsoft.ML.SimPO.Text.Tokenization.AddedTokens;
using Microsoft.ML.SimPO.Text.Tokenization.Decoders;
using Microsoft.ML.SimPO.Text.Tokenization.Files;
using Microsoft.ML.SimPO.Text.Tokenization.PostProcessors;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.SimPO;

/// <summary>
/// A tokenizer of the Hugging Face Hub: runs a <c>tokenizer.json</c> and gives the ids, offsets and texts that Hugging Face
/// tokenizers gives. Immutable and thread safe.
/// </summary>
public sealed partial class HfTokenizer : Tokenizer
{
    private readonly TokenizationPipeline _pipeline;
    private readonly PostProcessor _postProcessor;
    private readonly TokenizerLimits _limits;
    private readonly ConcurrentBag<TokenSink> _sinks = [];

    internal HfTokenizer(TokenizationPipeline pipeline, PostProcessor postProcessor, DecoderChain decoder, TokenizerLimits limits)
    {
        (_pipeline, _postProcessor, Decoder, _limits) = (pipeline, postProcessor, decoder, limits);
        var ids = new HashSet<int>(pipeline.Model.Vocabulary.Ids);
        ids.UnionWith(pipeline.Added.Tokens.Select(token => token.Id));
        VocabularySize = ids.Count;
    }

    /// <summary>The number of different token ids, added tokens included.</summary>
    public int VocabularySize { get; }

    internal DecoderChain Decoder { get; }

    /// <summary>Sentences about what its files say and do not get, or say in two ways.</summary>
    internal IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>Reads the tokenizer of a model folder.</summary>
    /// <param name="folder">
    /// A folder with <c>tokenizer.json</c>, or else with the files that one is made of: <c>tokenizer.model</c> (SentencePiece, or Meta's ranks),
    /// <c>tekken.json</c>, <c>vocab.json</c> with <c>merges.txt</c>, or <c>vocab.txt</c>. From <c>tokenizer_config.json</c>, <c>special_tokens_map.json</c> and
    /// <c>added_tokens.json</c>, where they are there, come flags, added and special tokens, as in transformers 4.57. Or a GGUF file, of whose metadata one is
    /// made.
    /// </param>
    /// <exception cref="FileNotFoundException">There is no tokenizer in the folder.</exception>
    /// <exception cref="InvalidDataException">A file is malformed; the message says where.</exception>
    /// <exception cref="NotSupportedException">The tokenizer uses a part that is not supported; the message names it.</exception>
    public static HfTokenizer Load(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return Load(GgufTokenizerReader.FilesOf(folder, TokenizerReader.FileNames));
    }

    /// <inheritdoc cref="Load(string)"/>
    internal static HfTokenizer Load(ModelFiles files) => TokenizerReader.Read(files);

    /// <summary>The ids of a text.</summary>
    /// <param name="text">Any text. A surrogate without its partner counts as U+FFFD.</param>
    /// <param name="addSpecialTokens">Whether to put the tokenizer's special tokens (such as BOS) around it.</param>
    public int[] Encode(string text, bool addSpecialTokens)
    {
        ArgumentNullException.ThrowIfNull(text);
        TokenSink tokens = Run(text, addSpecialTokens, TokenDetail.Ids);
        int[] ids = tokens.Ids.ToArray();
        _sinks.Add(tokens);
        return ids;
    }

    /// <summary>How many ids <see cref="Encode"/> would give, without making them.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="addSpecialTokens">Whether special tokens count.</param>
    public int CountTokens(string text, bool addSpecialTokens)
    {
        ArgumentNullException.ThrowIfNull(text);
        TokenSink tokens = Run(text, addSpecialTokens, TokenDetail.Count);
        int count = tokens.Count;
        _sinks.Add(tokens);
        return count;
    }

    /// <summary>The ids of a text with their texts and places.</summary>
    /// <param name="text">Any text. A surrogate without its partner counts as U+FFFD.</param>
    /// <param name="addSpecialTokens">Whether to put the tokenizer's special tokens (such as BOS) around it.</param>
    public HfEncoding EncodeWithOffsets(string text, bool addSpecialTokens) => BuildEncoding(text, addSpecialTokens, TokenizerLimits.None);

    /// <summary>
    /// As <see cref="EncodeWithOffsets"/>, cut and padded as the tokenizer.json says under "truncation" and "padding". No other member
    /// heeds these: like transformers they leave length to who calls them.
    /// </summary>
    /// <param name="text">Any text. A surrogate without its partner counts as U+FFFD.</param>
    /// <param name="addSpecialTokens">Whether to put the tokenizer's special tokens (such as BOS) around it.</param>
    public HfEncoding EncodeToConfiguredLength(string text, bool addSpecialTokens) => BuildEncoding(text, addSpecialTokens, _limits);

    /// <summary>The text of ids. Ids that no token has are left out; bytes that are no character are U+FFFD.</summary>
    /// <param name="ids">Any ids.</param>
    /// <param name="skipSpecialTokens">Whether to leave out the tokens for which <see cref="IsSpecial"/> holds.</param>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens)
    {
        var output = new StringBuilder();
        DecoderStage stages = Decoder.Start(output);
        foreach (int id in ids)
            if (DecodableText(id, skipSpecialTokens) is string token) stages.Push(token);
        stages.Finish();
        return output.ToString();
    }

    /// <summary>Starts to decode a text token by token, for streaming.</summary>
    /// <param name="skipSpecialTokens">Whether to leave out the tokens for which <see cref="IsSpecial"/> holds.</param>
    public HfIncrementalDecoder CreateIncrementalDecoder(bool skipSpecialTokens) => new(this, skipSpecialTokens);

    /// <summary>The id of a token by its text, as the vocabulary writes it; null if there is none.</summary>
    public int? TokenId(string token) => _pipeline.Added.Id(token) ?? _pipeline.Model.Vocabulary.Id(token);

    /// <summary>The text of a token, as the vocabulary writes it; null if no token has the id.</summary>
    public string? TokenText(int id) => _pipeline.Added.Text(id) ?? _pipeline.Model.Vocabulary.Text(id);

    /// <summary>Whether a token is left out when special tokens are skipped.</summary>
    public bool IsSpecial(int id) => TokenText(id) is string text && _pipeline.Added.IsSpecial(text);

    /// <summary>The tokens beside those of the model, such as marks of turns.</summary>
    internal IReadOnlyCollection<AddedToken> AddedTokens => _pipeline.Added.Tokens;

    /// <summary>The ids of a text in which no added token is looked for: what reads like one is letters.</summary>
    internal int[] EncodeLetters(string text)
    {
        if (!_sinks.TryTake(out TokenSink? tokens)) tokens = new TokenSink();
        tokens.Reset(TokenDetail.Ids);
        _pipeline.EncodeLetters(text, tokens);
        int[] ids = tokens.Ids.ToArray();
        _sinks.Add(tokens);
        return ids;
    }

    /// <summary>What <see cref="CountTokens(string, bool)"/> takes, in steps of the patterns and of the model.</summary>
    internal long CountWork(string text)
    {
        TokenSink tokens = Run(text, addSpecialTokens: false, TokenDetail.Count);
        long work = tokens.Work;
        _sinks.Add(tokens);
        return work;
    }

    internal string? DecodableText(int id, bool skipSpecialTokens)
    {
        string? text = TokenText(id);
        return text is null || (skipSpecialTokens && _pipeline.Added.IsSpecial(text)) ? null : text;
    }

    private HfEncoding BuildEncoding(string text, bool addSpecialTokens, TokenizerLimits limits)
    {
        ArgumentNullException.ThrowIfNull(text);
        TokenSink sink = Run(text, addSpecialTokens: false, TokenDetail.Places);
        (IReadOnlyList<SpecialToken> before, IReadOnlyList<SpecialToken> after) = addSpecialTokens ? (_postProcessor.Before, _postProcessor.After) : ([], []);
        (int first, int last) = limits.Keep(sink.Count, before.Count + after.Count);
        int padding = limits.PaddingFor(last - first + before.Count + after.Count);
        var list = new EncodingBuilder(last - first + before.Count + after.Count + padding);
        for (int i = 0; i < padding && limits.PadsStart; i++) list.Add(limits.Padding);
        foreach (SpecialToken token in before) list.Add(token);
        for (int i = first; i < last; i++)
        {
            string token = TokenText(sink.Ids[i]) ?? "";
            (int Start, int End) place = sink.Place(i);
            foreach (PlaceTrim trim in _postProcessor.Trims) place = trim.Apply(text, sink.Text(i) ?? token, place.Start, place.End, isFirst: i == first);
            list.Add(sink.Ids[i], token, place);
        }
        foreach (SpecialToken token in after) list.Add(token);
        for (int i = 0; i < padding && !limits.PadsStart; i++) list.Add(limits.Padding);
        _sinks.Add(sink);
        return list.Build();
    }

    private TokenSink Run(ReadOnlySpan<char> text, bool addSpecialTokens, TokenDetail detail)
    {
        if (!_sinks.TryTake(out TokenSink? tokens)) tokens = new TokenSink();
        tokens.Reset(detail);
        if (addSpecialTokens)
            foreach (SpecialToken token in _postProcessor.Before) tokens.Add(token.Id, 0, 0, token.Text);
        _pipeline.Encode(text, tokens);
        if (addSpecialTokens)
            foreach (SpecialToken token in _postProcessor.After) tokens.Add(token.Id, 0, 0, token.Text);
        return tokens;
    }
}
