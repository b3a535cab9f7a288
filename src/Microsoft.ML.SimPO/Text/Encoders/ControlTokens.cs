using System.Text;
using Microsoft.ML.SimPO.Text.Templates;
using Microsoft.ML.SimPO.Text.Templates.Values;
using Microsoft.ML.SimPO.Text.Tokenization.AddedTokens;

namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>
/// The tokens by which a model tells turns apart: those that its tokenizer calls special, and other added ones that its chat template writes. Finds them in
/// what people wrote, and marks them there so that they become letters. Thread safe.
/// </summary>
internal sealed class ControlTokens
{
    /// <summary>Stand around a control token that is to be letters. No text has them: they are no characters.</summary>
    private const char Opening = '\uFDD0', Closing = '\uFDD1';

    private readonly HfTokenizer _tokenizer;
    private readonly PatternTrie _control = new(), _parting = new(), _added = new();
    private readonly List<string> _texts = [];

    /// <param name="tokenizer">The model's.</param>
    /// <param name="template">Its chat template; null for none.</param>
    public ControlTokens(HfTokenizer tokenizer, ChatTemplate? template)
    {
        _tokenizer = tokenizer;
        foreach (AddedToken token in tokenizer.AddedTokens)
        {
            _added.Add(token.Content, 0);
            bool isWritten = template is not null && !string.IsNullOrWhiteSpace(token.Content)
                && template.Source.Contains(token.Content, StringComparison.Ordinal);
            if (!token.Special && !isWritten) continue;
            _control.Add(token.Content, _texts.Count);
            if (!IsOfAnswers(token.Content)) _parting.Add(token.Content, _texts.Count);
            _texts.Add(token.Content);
        }
    }

    /// <summary>Whether the tokenizer has a token for a text.</summary>
    public bool Knows(string text) => _tokenizer.TokenId(text) is not null;

    /// <summary>The first token in a text that parts turns, as those of thoughts and calls do not; null for none.</summary>
    public string? Find(string text) => Find(text, _parting);

    /// <summary>The first such token in what anybody says in a conversation, calls and results included; null for none.</summary>
    public string? Find(IEnumerable<Message> messages) => messages.Select(message => FindIn(message.Fields)).FirstOrDefault(found => found is not null);

    /// <summary>The conversation in which control tokens are marked, wherever they stand.</summary>
    public Conversation Marked(Conversation conversation) => conversation with
    {
        Messages = Marked(conversation.Messages),
        Tools = (JinjaList?)MarkedValue(conversation.Tools),
        Documents = (JinjaList?)MarkedValue(conversation.Documents),
    };

    /// <inheritdoc cref="Marked(Conversation)"/>
    public IReadOnlyList<Message> Marked(IReadOnlyList<Message> messages) => [.. messages.Select(Marked)];

    /// <summary>The message in which control tokens are marked, wherever they stand.</summary>
    public Message Marked(Message message) =>
        message.IsPlain ? message.WithContent(Marked(message.Content)) : new Message(MarkedFields(message.Fields));

    /// <summary>The text in which control tokens are marked.</summary>
    public string Marked(string text)
    {
        if (!IsMarked(text) && Find(text, _control) is null) return text;
        var marked = new StringBuilder(text.Length + 16);
        for (int at = 0; at < text.Length;)
        {
            (int index, int length) = _control.Longest(text.AsSpan(at));
            if (index >= 0) marked.Append(Opening).Append(text, at, length).Append(Closing);
            else if (text[at] is not (Opening or Closing)) marked.Append(text[at]);
            at += index >= 0 ? length : 1;
        }
        return marked.ToString();
    }

    /// <summary>Whether a text holds marks.</summary>
    public static bool IsMarked(string text) => text.AsSpan().ContainsAny(Opening, Closing);

    /// <summary>The ids of a text: what is marked is letters, what lies between is tokenized by itself, as transformers does.</summary>
    public int[] Encode(string text) => Encode(text, withPlaces: false).Ids;

    /// <summary>The ids with their places in the marked text.</summary>
    public (int[] Ids, (int Start, int End)[] Places) EncodeWithPlaces(string text) => Encode(text, withPlaces: true);

    private (int[] Ids, (int Start, int End)[] Places) Encode(string text, bool withPlaces)
    {
        if (!IsMarked(text))
        {
            if (!withPlaces) return (_tokenizer.Encode(text, addSpecialTokens: false), []);
            HfEncoding whole = _tokenizer.EncodeWithOffsets(text, addSpecialTokens: false);
            return ([.. whole.Ids], [.. whole.Offsets]);
        }
        List<int> ids = [];
        List<(int, int)> places = [];
        foreach ((int start, int end, bool isMarked) in Pieces(text))
        {
            string piece = text[start..end];
            int[] found = start == 0 && !isMarked ? _tokenizer.Encode(piece, addSpecialTokens: false) : Inside(piece, isMarked);
            ids.AddRange(found);
            // A piece is prompt or answer as a whole but where the border lies in it: there its tokens have places of their own.
            if (withPlaces) places.AddRange(Places(piece, start, found, isMarked));
        }
        return ([.. ids], [.. places]);
    }

    /// <summary>A piece that is not the text's first: behind a line break that is taken off again, so that no blank is put in front of it.</summary>
    private int[] Inside(string piece, bool isLetters)
    {
        int[] line = Ids("\n", isLetters: false), ids = Ids("\n" + piece, isLetters);
        return ids.AsSpan().StartsWith(line) ? ids[line.Length..] : Ids(piece, isLetters);
    }

    private int[] Ids(string text, bool isLetters) => isLetters ? _tokenizer.EncodeLetters(text) : _tokenizer.Encode(text, addSpecialTokens: false);

    private IEnumerable<(int, int)> Places(string piece, int start, int[] ids, bool isMarked)
    {
        HfEncoding encoding = _tokenizer.EncodeWithOffsets(piece, addSpecialTokens: false);
        bool isSame = !isMarked && encoding.Ids.Count == ids.Length;
        return isSame
            ? encoding.Offsets.Select(place => (place.Start + start, place.End + start))
            : ids.Select(_ => (start, start + piece.Length));
    }

    /// <summary>The parts between marks, and whether each is a marked token; marks that a template has torn apart only part.</summary>
    private List<(int Start, int End, bool IsMarked)> Pieces(string text)
    {
        List<(int, int, bool)> pieces = [];
        int done = 0;
        for (int at = 0; at < text.Length; at++)
        {
            if (text[at] is not (Opening or Closing)) continue;
            if (at > done) pieces.Add((done, at, false));
            int length = text[at] == Opening ? TokenBehind(text.AsSpan(at + 1)) : 0;
            if (length > 0) pieces.Add((at + 1, at + 1 + length, true));
            if (length > 0) at += length + 1;
            done = at + 1;
        }
        if (done < text.Length) pieces.Add((done, text.Length, false));
        return pieces;
    }

    private int TokenBehind(ReadOnlySpan<char> text)
    {
        int end = text.IndexOf(Closing);
        return end > 0 && _added.Longest(text[..end]) is (>= 0, var length) && length == end ? length : 0;
    }

    /// <summary>Marks of thoughts and calls, which answers have in their words by right.</summary>
    private static bool IsOfAnswers(string token) =>
        token.Contains("think", StringComparison.OrdinalIgnoreCase) || token.Contains("tool", StringComparison.OrdinalIgnoreCase);

    private string? Find(string text, PatternTrie tokens)
    {
        for (int at = 0; at < text.Length; at++)
            if (tokens.Longest(text.AsSpan(at)) is (>= 0 and var index, _)) return _texts[index];
        return null;
    }

    private string? FindIn(object? value) => value switch
    {
        string text => Find(text),
        JinjaSequence list => list.Items.Select(FindIn).FirstOrDefault(found => found is not null),
        JinjaDictionary fields => fields.Items.Select(item => FindIn(item.Value)).FirstOrDefault(found => found is not null),
        _ => null,
    };

    private object? MarkedValue(object? value) => value switch
    {
        string text => Marked(text),
        JinjaList list => new JinjaList([.. list.Items.Select(MarkedValue)]),
        JinjaDictionary fields => MarkedFields(fields),
        _ => value,
    };

    private JinjaDictionary MarkedFields(JinjaDictionary fields)
    {
        var marked = new JinjaDictionary();
        foreach ((object? key, object? value) in fields.Items) marked[key] = MarkedValue(value);
        return marked;
    }
}
