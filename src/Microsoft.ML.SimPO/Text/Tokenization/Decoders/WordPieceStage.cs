namespace Microsoft.ML.SimPO.Text.Tokenization.Decoders;

/// <summary>Joins WordPiece tokens: a space before each but continuations, which lose their prefix.</summary>
internal sealed class WordPieceStage(string prefix, bool cleanUp, DecoderStage next) : DecoderStage(next)
{
    private bool _isFirst = true;

    public override void Push(string token)
    {
        if (!_isFirst) token = token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : " " + token;
        _isFirst = false;
        Pass(cleanUp ? CleanUp(token) : token);
    }

    /// <summary>Takes out the spaces that stand before English punctuation and contractions.</summary>
    internal static string CleanUp(string text) => text
        .Replace(" .", ".", StringComparison.Ordinal).Replace(" ?", "?", StringComparison.Ordinal).Replace(" !", "!", StringComparison.Ordinal)
        .Replace(" ,", ",", StringComparison.Ordinal).Replace(" ' ", "'", StringComparison.Ordinal).Replace(" n't", "n't", StringComparison.Ordinal)
        .Replace(" 'm", "'m", StringComparison.Ordinal).Replace(" do not", " don't", StringComparison.Ordinal).Replace(" 's", "'s", StringComparison.Ordinal)
        .Replace(" 've", "'ve", StringComparison.Ordinal).Replace(" 're", "'re", StringComparison.Ordinal);
}
