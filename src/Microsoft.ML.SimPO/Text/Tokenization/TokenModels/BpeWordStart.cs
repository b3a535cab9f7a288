namespace Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

/// <summary>
/// SentencePiece models run on whole texts in which '▁' stands for a space. Where no merge joins something to a '▁' behind it,
/// nothing crosses the border before a '▁', and the text can be cut there without changing a token.
/// </summary>
internal static class BpeWordStart
{
    private const char Space = '▁';

    /// <returns>The character before which pieces can be cut; '\0' if there is none.</returns>
    public static char Find(TokenVocabulary vocabulary, IReadOnlyList<(int Left, int Right, int Merged)> merges, BpeModelOptions options)
    {
        bool simple = !options.ByteLevel && !options.IgnoreMerges && options.ContinuingSubwordPrefix.Length == 0 && options.EndOfWordSuffix.Length == 0;
        // A character that is dropped would bring what stands around it together.
        bool drops = options.UnknownToken is null || vocabulary.Id(options.UnknownToken) is null;
        if (!simple || drops || vocabulary.Id(Space.ToString()) is null) return '\0';
        foreach ((int left, int right, _) in merges)
            if (vocabulary.Text(right)!.StartsWith(Space) && !vocabulary.Text(left)!.EndsWith(Space)) return '\0';
        return Space;
    }

    /// <summary>The length of the first word of a piece: any '▁' it starts with, and all up to the next.</summary>
    public static int WordLength(ReadOnlySpan<char> piece, char wordStart)
    {
        int spaces = piece.IndexOfAnyExcept(wordStart);
        if (spaces < 0) return piece.Length;
        int next = piece[spaces..].IndexOf(wordStart);
        return next < 0 ? piece.Length : spaces + next;
    }
}
