using System.Buffers;
using System.Text;
using Microsoft.ML.SimPO.Text.Tokenization.Unicode;

namespace Microsoft.ML.SimPO.Text.Tokenization.AddedTokens;

/// <summary>Finds added tokens in a text, the leftmost first and of those the longest.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly PatternTrie _patterns = new();
    private readonly List<AddedToken> _tokens = [];
    private readonly SearchValues<char> _firstCharacters;

    /// <param name="tokens">What to search, and the token it stands for.</param>
    public AddedTokenMatcher(IEnumerable<(string Pattern, AddedToken Token)> tokens)
    {
        var first = new HashSet<char>();
        foreach ((string pattern, AddedToken token) in tokens)
        {
            if (pattern.Length == 0) continue;
            first.Add(pattern[0]);
            _patterns.Add(pattern, _tokens.Count);
            _tokens.Add(token);
        }
        _firstCharacters = SearchValues.Create([.. first]);
    }

    public bool IsEmpty => _tokens.Count == 0;

    /// <summary>
    /// Cuts a text into added tokens and what lies between. As in Hugging Face tokenizers a token may overlap white space that the one before it took.
    /// </summary>
    public void Split(ReadOnlySpan<char> text, List<TokenSegment> segments)
    {
        segments.Clear();
        int done = 0;
        for (int at = 0; at < text.Length;)
        {
            int skipped = text[at..].IndexOfAny(_firstCharacters);
            if (skipped < 0) break;
            at += skipped;
            (int index, int length) = _patterns.Longest(text[at..]);
            if (index < 0)
            {
                at++;
                continue;
            }
            AddedToken token = _tokens[index];
            (int start, int end) = (at, at + length);
            at = end;
            if (token.SingleWord && (EndsWithWord(text[..start]) || StartsWithWord(text[end..]))) continue;
            if (token.LeftStrip) start = Math.Max(TrimmedEnd(text[..start]), done);
            if (token.RightStrip) end += LeadingWhiteSpace(text[end..]);
            if (done < start) segments.Add(new TokenSegment(done, start, null));
            segments.Add(new TokenSegment(start, end, token));
            done = end;
        }
        if (done < text.Length) segments.Add(new TokenSegment(done, text.Length, null));
    }

    private static bool EndsWithWord(ReadOnlySpan<char> text) =>
        !text.IsEmpty && Rune.DecodeLastFromUtf16(text, out Rune rune, out _) == OperationStatus.Done && UnicodeData.RustWord.Contains(rune.Value);

    private static bool StartsWithWord(ReadOnlySpan<char> text) =>
        !text.IsEmpty && Rune.DecodeFromUtf16(text, out Rune rune, out _) == OperationStatus.Done && UnicodeData.RustWord.Contains(rune.Value);

    private static int TrimmedEnd(ReadOnlySpan<char> text)
    {
        int end = text.Length;
        while (end > 0 && UnicodeData.WhiteSpace.Contains(text[end - 1])) end--;
        return end;
    }

    private static int LeadingWhiteSpace(ReadOnlySpan<char> text)
    {
        int length = 0;
        while (length < text.Length && UnicodeData.WhiteSpace.Contains(text[length])) length++;
        return length;
    }
}
