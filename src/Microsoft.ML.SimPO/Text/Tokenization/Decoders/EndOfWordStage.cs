namespace Microsoft.ML.SimPO.Text.Tokenization.Decoders;

/// <summary>Writes the suffix that ends words as a space, and as nothing in the last token; so a token is kept back until the next comes.</summary>
internal sealed class EndOfWordStage(string suffix, DecoderStage next) : DecoderStage(next)
{
    private string? _last;

    public override void Push(string token)
    {
        if (_last is not null) Pass(Replaced(_last, " "));
        _last = token;
    }

    public override void Finish()
    {
        if (_last is not null) Pass(Replaced(_last, ""));
        base.Finish();
    }

    private string Replaced(string token, string by) => suffix.Length == 0 ? token : token.Replace(suffix, by, StringComparison.Ordinal);
}
