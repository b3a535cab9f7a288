using System.Security.Cryptography;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>
/// The streams of a saved model that hold much: each is written with its SHA-256, which stands in a stream of its own, and is compared with it when it is
/// read. Zip files have a checksum too, but whoever reads them does not look at it.
/// </summary>
internal sealed class ArchiveHashes
{
    private const string StreamName = "Hashes";

    private const int MaxStreams = 100;

    private readonly Dictionary<string, (long Length, byte[] Hash)> _hashes = new(StringComparer.Ordinal);
    private readonly string _origin;
    private readonly bool _areDemanded;

    /// <summary>For a model that is saved.</summary>
    public ArchiveHashes() => _origin = "";

    /// <summary>Of a saved model; none where it was saved before there were any.</summary>
    /// <param name="origin">What it is called in messages.</param>
    /// <exception cref="InvalidDataException">They are missing or damaged.</exception>
    public ArchiveHashes(ModelLoadContext context, string origin)
    {
        (_origin, _areDemanded) = (origin, context.Header.ModelVerWritten >= SavedVersion.Hashed);
        if (!context.TryLoadBinaryStream(StreamName, Read) && _areDemanded) throw Damaged($"stream '{StreamName}' is missing");
    }

    /// <summary>Saves a stream and keeps its hash.</summary>
    public void Save(ModelSaveContext context, string name, Action<Stream> write) => context.SaveBinaryStream(name, writer =>
    {
        using var stream = new HashingStream(writer.BaseStream);
        write(stream);
        stream.Flush();
        _hashes[name] = (stream.Length, stream.Hash());
    });

    /// <summary>Saves the hashes of all that was saved.</summary>
    public void Write(ModelSaveContext context) => context.SaveBinaryStream(StreamName, writer =>
    {
        writer.Write(_hashes.Count);
        foreach ((string name, (long length, byte[] hash)) in _hashes)
        {
            writer.Write(name);
            writer.Write(length);
            writer.Write(hash);
        }
    });

    /// <summary>Reads a stream to its end and compares it with its hash.</summary>
    /// <param name="read">What it gives is disposed where the stream is another than was saved.</param>
    /// <returns>Null where there is no such stream.</returns>
    /// <exception cref="InvalidDataException">It is not what was saved.</exception>
    public T? Load<T>(ModelLoadContext context, string name, Func<Stream, T> read)
        where T : class
    {
        T? content = null;
        bool isOpen = false;
        try
        {
            context.TryLoadBinaryStream(name, reader =>
            {
                isOpen = true;
                using var stream = new HashingStream(reader.BaseStream);
                content = Load(name, stream, read);
            });
        }
        catch (InvalidDataException e) when (!isOpen)
        {
            throw Damaged($"stream '{name}' cannot be unpacked", e);
        }
        return content;
    }

    private T Load<T>(string name, HashingStream stream, Func<Stream, T> read)
    {
        T content;
        try
        {
            content = read(stream);
        }
        catch (Exception e) when ((e is InvalidDataException or NotSupportedException or IOException) && !IsAsSaved(name, stream))
        {
            throw Altered(name, e);
        }
        if (IsAsSaved(name, stream)) return content;
        (content as IDisposable)?.Dispose();
        throw Altered(name);
    }

    private bool IsAsSaved(string name, HashingStream stream)
    {
        stream.CopyTo(Stream.Null);
        return _hashes.TryGetValue(name, out (long Length, byte[] Hash) saved)
            ? saved.Length == stream.Length && saved.Hash.AsSpan().SequenceEqual(stream.Hash())
            : !_areDemanded;
    }

    private void Read(BinaryReader reader)
    {
        int count = reader.ReadInt32();
        if (count is < 0 or > MaxStreams) throw Damaged($"it claims to hold {count} hashes");
        for (int i = 0; i < count; i++)
        {
            string name = BoundedBytes.ReadText(reader);
            _hashes[name] = (reader.ReadInt64(), reader.ReadBytes(SHA256.HashSizeInBytes));
        }
    }

    private InvalidDataException Altered(string name, Exception? cause = null) =>
        Damaged($"stream '{name}' was altered since it was saved: its SHA-256 is another", cause);

    private InvalidDataException Damaged(FormattableString what, Exception? cause = null) =>
        new($"The saved model '{_origin}' is damaged: {FormattableString.Invariant(what)}. Copy it again from where it came, or save the model anew.", cause);
}
