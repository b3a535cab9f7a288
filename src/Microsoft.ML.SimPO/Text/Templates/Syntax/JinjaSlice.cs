using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text.Templates.Syntax;

/// <summary><c>[start:stop:step]</c>, the parts null where left out.</summary>
internal sealed class JinjaSlice(object? start, object? stop, object? step) : JinjaObject
{
    public override string TypeName => "slice";

    /// <summary>First index, number of items and stride within a sequence of <paramref name="length"/> items.</summary>
    public (long First, long Count, long Stride) Within(long length)
    {
        (long first, long end, long stride) = Bounds(length);
        long distance = stride > 0 ? end - first : first - end;
        ulong size = (ulong)Math.Abs((decimal)stride);
        return distance <= 0 ? (0, 0, 1) : (first, (long)(((ulong)distance + (size - 1)) / size), stride);
    }

    /// <summary>First index, the index behind the last and stride within a sequence of <paramref name="length"/> items.</summary>
    public (long First, long End, long Stride) Bounds(long length)
    {
        long stride = Part(step) ?? 1;
        if (stride == 0) throw JinjaException.Value("slice step cannot be zero");
        bool forward = stride > 0;
        long first = Clamp(Part(start) ?? (forward ? 0 : long.MaxValue), length, forward);
        long end = Part(stop) is { } last ? Clamp(last, length, forward) : forward ? length : -1;
        return (first, end, stride);
    }

    private static long Clamp(long index, long length, bool forward)
    {
        if (index < 0) index = index < -length ? -1 : index + length;
        else return Math.Min(index, forward ? length : length - 1);
        return index < 0 ? (forward ? 0 : -1) : index;
    }

    private static long? Part(object? part) => part switch
    {
        null => null,
        bool flag => flag ? 1 : 0,
        long number => number,
        System.Numerics.BigInteger big => big.Sign < 0 ? -long.MaxValue : long.MaxValue,
        _ => throw JinjaException.Type("slice indices must be integers or None or have an __index__ method"),
    };
}
