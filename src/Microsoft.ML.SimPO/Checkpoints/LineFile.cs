using System.Text;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>
/// A file of lines that grows: a line is on the disk when it has been added, and the beginning of one that a killed process left is cut off. One at a time may
/// have it open.
/// </summary>
internal sealed class LineFile : IDisposable
{
    private readonly FileStream _stream;

    /// <param name="maxBytes">More than what is ever written: a longer file is none of ours.</param>
    /// <exception cref="IOException">Another has it, or it cannot be read or written.</exception>
    /// <exception cref="InvalidDataException">It is longer than that.</exception>
    public LineFile(string path, long maxBytes)
    {
        if (Directory.Exists(path)) throw new IOException($"'{path}' is a folder, where a file is to be written. Give another name.");
        byte[] bytes = File.Exists(path) ? RegularFile.ReadBytes(path, maxBytes) : [];
        int end = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        Lines = Encoding.UTF8.GetString(bytes, 0, end).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        _stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        try
        {
            if (_stream.Length != bytes.Length) throw new IOException($"'{path}' is being written by another. Wait for its end, or give another name.");
            if (end < bytes.Length) _stream.SetLength(end);
            _stream.Seek(0, SeekOrigin.End);
        }
        catch
        {
            _stream.Dispose();
            throw;
        }
    }

    /// <summary>What was there when it was opened.</summary>
    public IReadOnlyList<string> Lines { get; }

    /// <param name="line">Without its end; it has none inside.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Add(ReadOnlySpan<byte> line)
    {
        using IDisposable size = FileSizeSignal.MakeError();
        _stream.Write([.. line, (byte)'\n']);
        FileSystem.Flush(_stream);
    }

    public void Dispose() => _stream.Dispose();
}
