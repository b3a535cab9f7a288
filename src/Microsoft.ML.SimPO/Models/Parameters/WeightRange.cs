namespace Microsoft.ML.SimPO.Models.Parameters;

/// <summary>A run of the numbers of a weight, row after row.</summary>
/// <param name="From">The first of them; a multiple of <see cref="Alignment"/>.</param>
/// <param name="Count">How many; a multiple of <see cref="Alignment"/>, too, but where the weight ends.</param>
internal readonly record struct WeightRange(long From, long Count)
{
    /// <summary>Sums over gradients are made of such pieces, so that they are the same to the last bit however weights are dealt out.</summary>
    public const int Alignment = Native.FloatBlock.Size;
}
