using System.Globalization;
using Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;
using Microsoft.Win32.SafeHandles;

namespace Microsoft.ML.SimPO.Checkpoints.Gguf;

/// <summary>An open GGUF file: its metadata, where its tensors lie, and reading their bytes. Several threads may read at once.</summary>
internal sealed unsafe class GgufFile : IDisposable
{
    public const string Extension = ".gguf";

    /// <summary>What tensors begin at multiples of, where the file does not say.</summary>
    public const int DefaultAlignment = 32;

    public const string AlignmentKey = "general.alignment";

    /// <summary>What a file begins with: <c>GGUF</c>.</summary>
    public const uint Magic = 0x46554747;

    /// <summary>The version that is written; the one before has the same layout.</summary>
    public const uint Version = 3;

    private const int HeadLength = 24, MostDimensions = 4, LongestName = 64;

    private const int LargestRead = 1 << 26;

    // A key with its type and a flag, a tensor with one dimension: no file has more of them than it has room for.
    private const int LeastKey = 13, LeastTensor = 33;

    private readonly SafeFileHandle _handle;

    private GgufFile(string path, SafeFileHandle handle, GgufMetadata metadata, IReadOnlyList<GgufTensor> tensors) =>
        (Path, _handle, Metadata, Tensors) = (path, handle, metadata, tensors);

    /// <summary>The full path.</summary>
    public string Path { get; }

    public GgufMetadata Metadata { get; }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<GgufTensor> Tensors { get; }

    /// <summary>Whether a path is that of a GGUF file by its name.</summary>
    public static bool Is(string? path) => path is not null && path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase) && File.Exists(path);

    /// <summary>Opens a file; none of its tensors is read.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no GGUF file, or a damaged one.</exception>
    /// <exception cref="NotSupportedException">It is of a version or has a type of tensors that is not read.</exception>
    public static GgufFile Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        SafeFileHandle handle = RegularFile.OpenHandle(path) ?? throw new InvalidDataException($"'{path}' is empty; a GGUF file is expected.");
        try
        {
            (GgufMetadata metadata, IReadOnlyList<GgufTensor> tensors) = ReadHeader(path, handle);
            return new GgufFile(path, handle, metadata, tensors);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Fills memory from a place of the file on.</summary>
    /// <exception cref="InvalidDataException">The file ends before that: it was changed while it was open.</exception>
    public void Read(void* destination, long bytes, long offset)
    {
        for (long done = 0; done < bytes;)
        {
            int read = RandomAccess.Read(_handle, new Span<byte>((byte*)destination + done, (int)Math.Min(bytes - done, LargestRead)), offset + done);
            if (read == 0)
                throw Fault(Path, $"it ends at byte {offset + done}, though it was longer when it was opened. Was it written to meanwhile?");
            done += read;
        }
    }

    public void Dispose() => _handle.Dispose();

    private static (GgufMetadata Metadata, IReadOnlyList<GgufTensor> Tensors) ReadHeader(string path, SafeFileHandle handle)
    {
        var reader = new GgufReader(path, handle);
        CheckHead(path, handle, reader);
        ulong tensorCount = reader.UInt64(), keyCount = reader.UInt64();
        if (tensorCount > (ulong)(reader.FileLength / LeastTensor) || keyCount > (ulong)(reader.FileLength / LeastKey))
            throw Fault(path, $"it should hold {tensorCount} tensors and {keyCount} keys, but has only {reader.FileLength} bytes.");
        GgufMetadata metadata = ReadMetadata(path, reader, (int)Math.Min(keyCount, int.MaxValue));
        var infos = new List<(string Name, long[] Shape, BlockCodec Codec, ulong Offset)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (ulong i = 0; i < tensorCount; i++)
        {
            infos.Add(ReadTensor(path, reader));
            if (!names.Add(infos[^1].Name)) throw Fault(path, $"tensor {Faults.Quote(infos[^1].Name)} stands there twice.");
        }
        return (metadata, Place(path, reader, infos, AlignmentOf(metadata)));
    }

    private static void CheckHead(string path, SafeFileHandle handle, GgufReader reader)
    {
        Span<byte> start = stackalloc byte[HeadLength];
        int read = RandomAccess.Read(handle, start, 0);
        if (LfsPointer.Is(start[..read])) throw new InvalidDataException(LfsPointer.Message(path));
        if (read < HeadLength) throw Fault(path, $"a GGUF file begins with {HeadLength} bytes of magic, version and counts, but this one has only {read}.");
        if (reader.UInt32() != Magic) throw Fault(path, $"it does not begin with 'GGUF': it is no GGUF file, or a damaged one.");
        uint version = reader.UInt32();
        if (version is 2 or Version) return;
        throw new NotSupportedException($"'{path}': " + (version switch
        {
            1 => "GGUF of version 1 is not read. Convert the model anew: versions 2 and 3 are.",
            0x02000000 or 0x03000000 => "it was written for big-endian machines, and is not read. Get the file for little-endian ones, which is the usual.",
            _ => FormattableString.Invariant($"GGUF of version {version} is not read; versions 2 and 3 are."),
        }));
    }

    private static GgufMetadata ReadMetadata(string path, GgufReader reader, int count)
    {
        var values = new Dictionary<string, GgufValue>(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            string key = reader.Text(FormattableString.Invariant($"the name of key {i + 1} of {count}"));
            if (key.Length == 0) throw Fault(path, $"key {i + 1} of {count} has no name.");
            if (!values.TryAdd(key, reader.Value(key))) throw Fault(path, $"key {Faults.Quote(key)} stands there twice.");
        }
        return new GgufMetadata(path, values);
    }

    private static int AlignmentOf(GgufMetadata metadata)
    {
        int alignment = metadata.SizeOrNull(AlignmentKey) ?? DefaultAlignment;
        return int.IsPow2(alignment) ? alignment : throw metadata.Wrong(AlignmentKey, "a power of two", alignment.ToString(CultureInfo.InvariantCulture));
    }

    private static (string Name, long[] Shape, BlockCodec Codec, ulong Offset) ReadTensor(string path, GgufReader reader)
    {
        string name = reader.Text("the name of a tensor"), quoted = Faults.Quote(name);
        if (name.Length is 0 or >= LongestName) throw Fault(path, $"the name of tensor {quoted} must have 1 to {LongestName - 1} characters.");
        uint dimensions = reader.UInt32();
        if (dimensions is 0 or > MostDimensions) throw Fault(path, $"tensor {quoted} must have 1 to {MostDimensions} dimensions, but has {dimensions}.");
        var sizes = new long[dimensions];
        Int128 count = 1;
        for (int i = 0; i < sizes.Length; i++)
        {
            ulong size = reader.UInt64();
            if (size == 0 || size > long.MaxValue || (count *= size) > long.MaxValue / sizeof(double))
                throw Fault(
                    path, $"tensor {quoted}: size {size} of dimension {i + 1} must be such that the tensor has elements, and no more than a file holds.");
            sizes[^(i + 1)] = (long)size;
        }
        uint code = reader.UInt32();
        BlockCodec codec = BlockCodecs.Find(code) ?? throw new NotSupportedException(
            FormattableString.Invariant($"'{path}': tensor {quoted} is of type {code}, which is not read. Types that are: {BlockCodecs.Names}."));
        if (sizes[^1] % codec.Elements != 0)
            throw Fault(path, $"tensor {quoted} has rows of {sizes[^1]} elements, which is no multiple of the {codec.Elements} of a block of {codec.Name}.");
        return (name, sizes, codec, reader.UInt64());
    }

    /// <summary>Each tensor begins where the one before ends, up to the alignment, and all lie in the file.</summary>
    private static List<GgufTensor> Place(
        string path, GgufReader reader, List<(string Name, long[] Shape, BlockCodec Codec, ulong Offset)> infos, int alignment)
    {
        Int128 start = Up(reader.Position), next = 0;
        var faults = new Faults($"'{path}'");
        var tensors = new List<GgufTensor>(infos.Count);
        foreach ((string name, long[] shape, BlockCodec codec, ulong offset) in infos)
        {
            var tensor = new GgufTensor(name, shape, codec, (long)Int128.Min(start + next, long.MaxValue));
            if (offset != next)
                faults.Add(FormattableString.Invariant($"Tensor {Faults.Quote(name)} is said to lie at {offset}, but the one before it ends at {next}."));
            next += Up(tensor.ByteLength);
            if (start + offset + tensor.ByteLength > reader.FileLength)
                faults.Add(FormattableString.Invariant(
                    $"Tensor {Faults.Quote(name)} ends at byte {start + offset + tensor.ByteLength}, but the file at {reader.FileLength}: it is cut short."));
            tensors.Add(tensor);
        }
        faults.ThrowIfAny();
        return tensors;

        Int128 Up(Int128 place) => (place + alignment - 1) / alignment * alignment;
    }

    private static InvalidDataException Fault(string path, FormattableString what) => new($"'{path}': {what.ToString(CultureInfo.InvariantCulture)}");
}
