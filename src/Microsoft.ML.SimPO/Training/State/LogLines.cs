using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Training.State;

/// <summary>The lines of a log that may be growing: what stands behind the last line's end is half a line of a process that writes, or was killed.</summary>
internal static class LogLines
{
    private const int MostBytes = 1 << 20, BlockBytes = 1 << 16;

    /// <returns>The lines that are not empty, with their numbers from 1.</returns>
    /// <exception cref="InvalidDataException">A line is longer than a megabyte.</exception>
    public static IEnumerable<(int Number, byte[] Line)> Read(string path)
    {
        if (RegularFile.Length(path) == 0) yield break;
        using Stream stream = RegularFile.OpenShared(path);
        using var line = new MemoryStream();
        byte[] block = new byte[BlockBytes];
        int number = 0;
        while (stream.Read(block) is > 0 and var count)
        {
            for (int from = 0; from < count;)
            {
                int length = block.AsSpan(from, count - from).IndexOf((byte)'\n');
                line.Write(block, from, length < 0 ? count - from : length);
                if (line.Length > MostBytes)
                    throw new InvalidDataException(FormattableString.Invariant(
                        $"'{path}' is damaged in line {number + 1}: it has more than {MostBytes} bytes."));
                if (length < 0) break;
                from += length + 1;
                number++;
                if (line.Length > 0) yield return (number, line.ToArray());
                line.SetLength(0);
            }
        }
    }
}
