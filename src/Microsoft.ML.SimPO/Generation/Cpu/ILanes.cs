namespace Microsoft.ML.SimPO.Generation.Cpu;

/// <summary>Arithmetic on the floats of one register of the processor, so that a kernel is written once for every width.</summary>
/// <typeparam name="TVector">The register.</typeparam>
internal unsafe interface ILanes<TVector>
    where TVector : struct
{
    /// <summary>Floats in a register.</summary>
    static abstract int Count { get; }

    /// <summary>How many columns a tile of four rows may have with all sums in registers.</summary>
    static abstract int TileColumns { get; }

    static abstract TVector Load(float* from);

    static abstract TVector Of(float value);

    static abstract void Store(TVector value, float* to);

    /// <summary>a * b + c, rounded once where the processor can.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);

    static abstract TVector Add(TVector a, TVector b);

    static abstract TVector Multiply(TVector a, TVector b);

    static abstract TVector Divide(TVector a, TVector b);

    static abstract TVector Exp(TVector value);

    static abstract float Sum(TVector value);
}
