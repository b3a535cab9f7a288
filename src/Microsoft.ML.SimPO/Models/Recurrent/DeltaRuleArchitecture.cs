namespace Microsoft.ML.SimPO.Models.Recurrent;

/// <summary>The gated delta rule in place of attention.</summary>
/// <param name="KeyHeads">Heads of queries and keys.</param>
/// <param name="KeyDim">The size of a key.</param>
/// <param name="ValueHeads">Heads of values, each with a state; a multiple of <paramref name="KeyHeads"/>.</param>
/// <param name="ValueDim">The size of a value.</param>
/// <param name="Kernel">How many tokens the convolution of queries, keys and values sees.</param>
internal sealed record DeltaRuleArchitecture(int KeyHeads, int KeyDim, int ValueHeads, int ValueDim, int Kernel)
{
    public int KeySize => KeyHeads * KeyDim;

    public int ValueSize => ValueHeads * ValueDim;

    /// <summary>Queries, keys and values.</summary>
    public int Channels => (2 * KeySize) + ValueSize;
}
