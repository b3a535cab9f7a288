using System.Globalization;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>Compares numbers and says where they are furthest apart.</summary>
internal static class Differences
{
    public static void AssertClose(string what, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double tolerance)
    {
        Assert.True(expected.Length == actual.Length, $"{what}: {expected.Length} numbers expected, {actual.Length} found.");
        int worst = 0;
        double largest = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs((double)expected[i] - actual[i]);
            if (difference <= largest && !double.IsNaN(difference)) continue;
            (largest, worst) = (difference, i);
            if (double.IsNaN(difference)) break;
        }
        Assert.True(largest <= tolerance, string.Create(CultureInfo.InvariantCulture,
            $"{what}: at {worst} of {expected.Length} expected {expected[worst]:R}, found {actual[worst]:R}; {largest:E2} apart, {tolerance:E2} allowed."));
    }

    public static void AssertClose(string what, double expected, double actual, double tolerance) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance, string.Create(CultureInfo.InvariantCulture,
            $"{what}: expected {expected:R}, found {actual:R}; {Math.Abs(expected - actual):E2} apart, {tolerance:E2} allowed."));
}
