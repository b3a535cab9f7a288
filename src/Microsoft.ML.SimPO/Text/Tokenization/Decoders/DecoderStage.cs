namespace Microsoft.ML.SimPO.Text.Tokenization.Decoders;

/// <summary>
/// One step of decoding, for one text: takes token texts in order and passes on what it makes of them. Decoding a whole text and
/// decoding it token by token run the same stages, so that both give the same.
/// </summary>
internal abstract class DecoderStage(DecoderStage? next)
{
    /// <summary>Takes the next token.</summary>
    public abstract void Push(string token);

    /// <summary>There are no more tokens.</summary>
    public virtual void Finish() => next!.Finish();

    protected void Pass(string token) => next!.Push(token);
}
