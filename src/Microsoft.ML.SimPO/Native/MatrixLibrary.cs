namespace Microsoft.ML.SimPO.Native;

/// <summary>Who multiplies large float32 matrices on the CPU; both are inside libtorch.</summary>
internal enum MatrixLibrary
{
    /// <summary>What libtorch itself takes. On AMD's processors it uses half of their vectors' width.</summary>
    Mkl,

    /// <summary>Twice as fast on AMD's processors with AVX-512, slower for small products.</summary>
    OneDnn,
}
