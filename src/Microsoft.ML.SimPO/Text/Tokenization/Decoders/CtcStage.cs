namespace Microsoft.ML.SimPO.Text.Tokenization.Decoders;

/// <summary>Connectionist temporal classification: of equal tokens in a row one is left, padding goes, word delimiters are spaces.</summary>
internal sealed class CtcStage(string padding, string wordDelimiter, bool cleanUp, DecoderStage next) : DecoderStage(next)
{
    private string? _last;

    public override void Push(string token)
    {
        if (token == _last) return;
        _last = token;
        string text = padding.Length == 0 ? token : token.Replace(padding, "", StringComparison.Ordinal);
        if (cleanUp)
        {
            text = WordPieceStage.CleanUp(text);
            if (wordDelimiter.Length > 0) text = text.Replace(wordDelimiter, " ", StringComparison.Ordinal);
        }
        if (text.Length > 0) Pass(text);
    }
}
