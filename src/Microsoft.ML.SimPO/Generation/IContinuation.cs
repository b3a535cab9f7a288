namespace Microsoft.ML.SimPO.Generation;

/// <summary>Computes the logits behind sequences that grow by a token at a time. A row is a sequence. For one thread.</summary>
internal interface IContinuation : IDisposable
{
    /// <summary>Begins. Rows with one and the same prompt array share its computation and memory.</summary>
    void Start(IReadOnlyList<TokenSequence> rows);

    /// <summary>Takes the last token of every row, which has been added since the last call.</summary>
    void Advance();

    /// <summary>Keeps only these rows, in this order. Logits are void until the next <see cref="Advance"/>.</summary>
    void Keep(int[] rows);

    /// <summary>What follows a row's last token. May be overwritten by the caller.</summary>
    /// <returns>[vocabulary]</returns>
    Span<float> Logits(int row);
}
