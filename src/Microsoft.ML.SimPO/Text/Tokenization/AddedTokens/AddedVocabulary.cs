using Microsoft.ML.SimPO.Text.Tokenization.Normalizers;

namespace Microsoft.ML.SimPO.Text.Tokenization.AddedTokens;

/// <summary>The added tokens of a tokenizer over the vocabulary of its model.</summary>
internal sealed class AddedVocabulary
{
    /// <summary>Of normalizing all tokens; those of the largest published tokenizers take a thousandth.</summary>
    private const long MaxWork = 1L << 27;

    private readonly Dictionary<int, AddedToken> _byId = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly IReadOnlySet<string> _special;

    /// <param name="tokens">Added tokens with their final ids.</param>
    /// <param name="special">The texts that are left out when special tokens are skipped.</param>
    /// <param name="normalizer">What normalizes the text, and the tokens that are searched in normalized text.</param>
    /// <param name="splitsSpecial">Whether special tokens are not searched, so that they are letters.</param>
    public AddedVocabulary(IEnumerable<AddedToken> tokens, IReadOnlySet<string> special, TextNormalizer? normalizer, bool splitsSpecial = false)
    {
        _special = special;
        foreach (AddedToken token in tokens) (_byId[token.Id], _ids[token.Content]) = (token, token.Id);
        IEnumerable<AddedToken> found = _byId.Values.Where(token => !splitsSpecial || !special.Contains(token.Content));
        Plain = new AddedTokenMatcher(found.Where(t => !t.Normalized).Select(t => (t.Content, t)));
        var text = new AlignedText();
        text.LimitWork(MaxWork);
        Normalized = new AddedTokenMatcher(found.Where(t => t.Normalized).Select(t => (Normalize(t.Content, normalizer, text), t)));
    }

    /// <summary>Finds tokens in the text as given.</summary>
    public AddedTokenMatcher Plain { get; }

    /// <summary>Finds tokens in normalized text.</summary>
    public AddedTokenMatcher Normalized { get; }

    public IReadOnlyCollection<AddedToken> Tokens => _byId.Values;

    public string? Text(int id) => _byId.TryGetValue(id, out AddedToken? token) ? token.Content : null;

    public int? Id(string text) => _ids.TryGetValue(text, out int id) ? id : null;

    /// <summary>Whether a text is left out when special tokens are skipped.</summary>
    public bool IsSpecial(string text) => _special.Contains(text);

    private static string Normalize(string content, TextNormalizer? normalizer, AlignedText text)
    {
        if (normalizer is null) return content;
        PatternTrie.Check(content);
        text.Load(content, 0, content.Length, aligned: false);
        normalizer.Normalize(text);
        return text.Units.ToString();
    }
}
