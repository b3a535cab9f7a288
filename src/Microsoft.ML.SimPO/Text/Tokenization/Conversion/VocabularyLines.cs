using System.Text;

namespace Microsoft.ML.SimPO.Text.Tokenization.Conversion;

/// <summary>Lines of a vocabulary one by one, so that a file of nothing but lines takes no more memory than those that are kept.</summary>
internal static class VocabularyLines
{
    /// <summary>In bytes: two parts of the longest tokens that there may be.</summary>
    private const int Longest = 1 << 17;

    /// <summary>
    /// What stands between line feeds, without the carriage return before one; nothing behind the last. Other separators of lines are parts of them.
    /// </summary>
    /// <param name="content">UTF-8.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="InvalidDataException">A line is longer than that of any vocabulary.</exception>
    public static IEnumerable<string> Of(ReadOnlyMemory<byte> content, string path)
    {
        for (int number = 1; !content.IsEmpty; number++)
        {
            int length = content.Span.IndexOf((byte)'\n');
            ReadOnlyMemory<byte> line = length < 0 ? content : content[..length];
            content = content[Math.Min(line.Length + 1, content.Length)..];
            if (line.Length > Longest)
                throw new InvalidDataException($"{path}: line {number}: expected at most {Longest} bytes, found {line.Length}.");
            yield return Encoding.UTF8.GetString(line.Span is [.. var rest, (byte)'\r'] ? rest : line.Span);
        }
    }
}
