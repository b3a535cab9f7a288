using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Data.Containers;

namespace Microsoft.ML.SimPO.Training.State;

/// <summary>The lines of a log that may be growing: what stands behind the last line's end is half a line of a process that writes, or was killed.</summary>
internal static class LogLines
{
    private const int MostBytes = 1 << 20;

    /// <returns>The lines that are not empty, with their numbers from 1.</returns>
    /// <exception cref="InvalidDataException">A line is longer than a megabyte.</exception>
    public static IEnumerable<(int Number, byte[] Line)> Read(string path)
    {
        if (RegularFile.Length(path) == 0) yield break;
        using Stream stream = RegularFile.OpenShared(path);
        var lines = new LineReader(stream, MostBytes);
        while (lines.TryRead(out ReadOnlySpan<byte> line))
        {
            if (lines.TooLong)
                throw new InvalidDataException(FormattableString.Invariant(
                    $"'{path}' is damaged in line {lines.LineNumber}: it has more than {MostBytes} bytes."));
            if (!lines.IsEnded) yield break;
            if (line.Length == 0) continue;
            byte[] copy = line.ToArray(); // a span does not outlive a yield
            yield return ((int)lines.LineNumber, copy);
        }
    }
}
