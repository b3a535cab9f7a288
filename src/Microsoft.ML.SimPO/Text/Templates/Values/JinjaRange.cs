using System.Globalization;

namespace Microsoft.ML.SimPO.Text.Templates.Values;

internal sealed class JinjaRange(long start, long stop, long step) : JinjaObject
{
    public override string TypeName => "range";

    public override bool IsTrue => Count > 0;

    /// <summary>How many numbers there are; more than <see cref="int.MaxValue"/> is not constructed.</summary>
    public long Count { get; } = Length(start, stop, step);

    public long this[long index] => start + index * step;

    /// <summary>The part from the index <paramref name="first"/> to before <paramref name="end"/>.</summary>
    public JinjaRange Slice(long first, long end, long stride) => new(start + first * step, start + end * step, stride * step);

    public override string Represent() => step == 1
        ? string.Create(CultureInfo.InvariantCulture, $"range({start}, {stop})")
        : string.Create(CultureInfo.InvariantCulture, $"range({start}, {stop}, {step})");

    private static long Length(long start, long stop, long step)
    {
        Int128 distance = step > 0 ? (Int128)stop - start : (Int128)start - stop;
        Int128 stride = step > 0 ? step : -(Int128)step;
        return distance <= 0 ? 0 : (long)Int128.Min(long.MaxValue, (distance + stride - 1) / stride);
    }
}
