namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>The numbers that are the same in single precision but for rounding: others become 0 or infinity there, or lose most of their digits.</summary>
internal static class SingleRange
{
    /// <summary>What such a number is, as it follows "must be".</summary>
    public const string Name = "a number that float32 can hold (0, or 1.2E-38 to 3.4E+38 in size)";

    private const double Least = 1.17549435e-38;

    public static bool Holds(double number) => number == 0 || (Math.Abs(number) >= Least && Math.Abs(number) <= float.MaxValue);
}
