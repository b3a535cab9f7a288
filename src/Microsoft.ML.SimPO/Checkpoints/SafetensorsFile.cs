using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>One open safetensors file. Reads name their position, so several threads may read at once.</summary>
/// <remarks>
/// The file is read, not mapped: a mapped file that another process cuts short, or that lies on a failing disk, ends the process
/// with a signal, and its pages count as memory of ours. Reading into a block that stays in the processor's cache takes half the time
/// of converting out of a map, whose pages fault.
/// </remarks>
internal sealed unsafe class SafetensorsFile : IDisposable
{
    private const int LargestRead = 1 << 26;

    private readonly SafeFileHandle _handle;

    private SafetensorsFile(string path, SafeFileHandle handle, IReadOnlyList<TensorEntry> entries) =>
        (Path, _handle, Entries) = (path, handle, entries);

    /// <summary>The full path.</summary>
    public string Path { get; }

    /// <summary>The tensors, in the order of the header.</summary>
    public IReadOnlyList<TensorEntry> Entries { get; }

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a safetensors file, or a damaged one.</exception>
    public static SafetensorsFile Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        if (!File.Exists(path)) throw new FileNotFoundException($"'{path}' does not exist. A safetensors file is expected there.", path);
        CheckLength(path, RegularFile.Length(path));
        SafeFileHandle handle = RegularFile.OpenHandle(path) ?? throw TooShort(path, 0);
        try
        {
            return new SafetensorsFile(path, handle, ReadHeader(path, handle));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Fills <paramref name="destination"/> with <paramref name="bytes"/> bytes from <paramref name="offset"/> on.</summary>
    /// <exception cref="InvalidDataException">The file ends before that: it was changed while it was open.</exception>
    public void Read(void* destination, long bytes, long offset)
    {
        for (long done = 0; done < bytes;)
        {
            var block = new Span<byte>((byte*)destination + done, (int)Math.Min(bytes - done, LargestRead));
            done += ReadSome(Path, _handle, block, offset + done);
        }
    }

    public void Dispose() => _handle.Dispose();

    private static IReadOnlyList<TensorEntry> ReadHeader(string path, SafeFileHandle handle)
    {
        long fileLength = RandomAccess.GetLength(handle);
        CheckLength(path, fileLength);
        Span<byte> prefix = stackalloc byte[SafetensorsHeader.PrefixLength];
        ReadFully(path, handle, prefix, 0);
        if (prefix.SequenceEqual("version "u8)) throw new InvalidDataException(LfsPointer.Message(path));
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > (ulong)(fileLength - prefix.Length))
            throw new InvalidDataException(Invariant($"'{path}': the header should take {length} bytes, but only {fileLength - prefix.Length} follow.")
                + " The file is cut short or no safetensors file.");
        if (length > SafetensorsHeader.MaxLength)
            throw new InvalidDataException(Invariant($"'{path}': the header takes {length} bytes; the format allows {SafetensorsHeader.MaxLength}."));
        void* memory = NativeMemory.Alloc((nuint)length); // it may be long, and is not to wait for a collection when it was read
        try
        {
            var header = new Span<byte>(memory, (int)length);
            ReadFully(path, handle, header, prefix.Length);
            return SafetensorsHeader.Parse(header, path, fileLength);
        }
        finally
        {
            NativeMemory.Free(memory);
        }
    }

    private static void CheckLength(string path, long length)
    {
        if (length < SafetensorsHeader.PrefixLength) throw TooShort(path, length);
    }

    private static InvalidDataException TooShort(string path, long length) =>
        new(Invariant($"'{path}': a safetensors file begins with 8 bytes for the length of its header, but this file has only {length}."));

    private static void ReadFully(string path, SafeFileHandle handle, Span<byte> destination, long offset)
    {
        for (int done = 0; done < destination.Length;) done += ReadSome(path, handle, destination[done..], offset + done);
    }

    private static int ReadSome(string path, SafeFileHandle handle, Span<byte> destination, long offset)
    {
        int read = RandomAccess.Read(handle, destination, offset);
        return read > 0
            ? read
            : throw new InvalidDataException(Invariant(
                $"'{path}' ends at byte {offset}, though it was longer when it was opened. Was it written to meanwhile?"));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
