using System.Collections.Concurrent;
using Microsoft.ML.SimPO.Text.Tokenization.AddedTokens;

namespace Microsoft.ML.SimPO;

public sealed partial class HfTokenizer
{
    private readonly ConcurrentDictionary<AddedToken, bool> _partsForGood = new();

    /// <summary>
    /// Where the last added token of a text starts that parts it for good: with whatever is appended, the ids are those of what stands before it, then those
    /// of the text from there on by itself. 0 if there is none.
    /// </summary>
    internal int LastCut(string text)
    {
        List<TokenSegment> segments = [];
        _pipeline.Added.Plain.Split(text, segments);
        for (int i = segments.Count - 1; i > 0; i--)
            if (segments[i].Token is { } token && _partsForGood.GetOrAdd(token, PartsForGood)) return segments[i].Start;
        return 0;
    }

    /// <summary>
    /// What lies between added tokens is tokenized by itself. So only another added token could change what this one parts: one that starts at or before it
    /// and ends in what is appended, and that one would hold it whole.
    /// </summary>
    private bool PartsForGood(AddedToken token) =>
        token is { SingleWord: false, LeftStrip: false }
            && _pipeline.Added.Tokens.All(other => other.Id == token.Id || !other.Content.Contains(token.Content, StringComparison.Ordinal));
}
