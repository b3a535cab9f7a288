namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>Names of sides that every report has a place for.</summary>
internal static class Side
{
    public const string Ours = "ours", Reference = "reference";

    /// <summary>The matrix product that measures the machine.</summary>
    public const string Gemm = "gemm";
}
