using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Data.Writing;

/// <summary>
/// Writes pairs so that this library and Hugging Face's <c>datasets</c> and trainers read them: <c>prompt</c>, <c>chosen</c> and
/// <c>rejected</c> as lists of <c>{"role","content"}</c> messages, the answers one message each; and <c>score_chosen</c>,
/// <c>score_rejected</c> where they are asked for (null where a pair has none).
/// </summary>
internal static class PreferenceWriter
{
    /// <summary>Writes a file, JSON Lines or Parquet by its extension. It appears under its name once it is whole and on the disk.</summary>
    /// <returns>The number of pairs.</returns>
    /// <exception cref="ArgumentException">The extension is none of <c>.jsonl</c>, <c>.json</c> (JSON Lines too) and <c>.parquet</c>.</exception>
    public static long Write(string path, IEnumerable<PreferenceRow> rows, bool scores)
    {
        Func<Stream, IEnumerable<PreferenceRow>, bool, long> write = Path.GetExtension(path).ToLowerInvariant() switch
        {
            ".jsonl" or ".json" => JsonLinesWriter.Write,
            ".parquet" => ParquetPairWriter.Write,
            string other => throw new ArgumentException($"`path` must end in .jsonl, .json or .parquet, but ends in `{other}`.", nameof(path)),
        };
        long count = 0;
        AtomicFile.Write(path, stream =>
        {
            // Not disposed: the file is closed by whoever opened it.
            var buffered = new BufferedStream(stream, 1 << 16);
            count = write(buffered, rows, scores);
            buffered.Flush();
        });
        return count;
    }
}
