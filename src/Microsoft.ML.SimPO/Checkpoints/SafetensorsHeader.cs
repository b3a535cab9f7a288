using System.Globalization;
using System.Text.Json;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>
/// Reads the JSON header of a safetensors file: <c>{"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...}</c>.
/// Nothing in it is believed: after <see cref="Parse"/> every tensor lies inside the file, and together they cover its data
/// without gap or overlap, as the format demands.
/// </summary>
internal ref struct SafetensorsHeader
{
    /// <summary>The largest header the format allows, in bytes.</summary>
    public const long MaxLength = 100_000_000;

    /// <summary>The most tensors of a file, and of all files of a model: some times those of the largest.</summary>
    public const int MostTensors = 1 << 18;

    /// <summary>Longer ones are looked through first.</summary>
    private const int LongHeader = 8 << 20;

    /// <summary>Bytes of the length that stands before the header.</summary>
    public const int PrefixLength = sizeof(ulong);

    /// <summary>The key that is no tensor: texts that describe the file.</summary>
    public const string MetadataName = "__metadata__";

    private readonly string _file;
    private readonly long _dataStart;
    private readonly long _dataLength;
    private readonly int _headerLength;
    private readonly bool _isWhole;
    private readonly Faults _faults;
    private readonly Dictionary<string, TensorEntry> _entries = new(StringComparer.Ordinal);
    private Utf8JsonReader _reader;
    private bool _metadataSeen;

    private SafetensorsHeader(ReadOnlySpan<byte> header, string file, long? fileLength)
    {
        _file = file;
        _headerLength = header.Length;
        _dataStart = PrefixLength + header.Length;
        _isWhole = fileLength is not null;
        _dataLength = (fileLength ?? long.MaxValue) - _dataStart;
        _faults = new Faults($"'{file}'");
        _reader = new Utf8JsonReader(header);
    }

    /// <summary>The tensors that a header lists, in its order, offsets counted from the start of the file.</summary>
    /// <param name="header">The bytes after the length.</param>
    /// <param name="file">The full path, for the entries and for messages.</param>
    /// <param name="fileLength">Bytes of the whole file; null for a stream whose length is not known, which may end early or late.</param>
    /// <exception cref="InvalidDataException">The header is malformed; all faults of a well-formed JSON text are named at once.</exception>
    public static IReadOnlyList<TensorEntry> Parse(ReadOnlySpan<byte> header, string file, long? fileLength)
    {
        var parser = new SafetensorsHeader(header, file, fileLength);
        try
        {
            parser.ReadAll();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"'{file}': the header is not valid JSON near byte {PrefixLength + parser._reader.BytesConsumed}: {e.Message}"), e);
        }
        parser._faults.ThrowIfAny();
        parser.CheckCover();
        return [.. parser._entries.Values];
    }

    private void ReadAll()
    {
        CheckCount(_reader);
        Expect(_reader.Read() && _reader.TokenType == JsonTokenType.StartObject, "an object");
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = _reader.GetString()!;
            if (name == MetadataName) ReadMetadata();
            else if (_entries.Count < MostTensors) ReadEntry(name);
            else throw TooMany();
        }
        // Reads on, so that text behind the object is a fault too.
        while (_reader.Read()) Expect(false, "the end of the header");
    }

    /// <summary>Before anything is made of them: a header may be as long as a million tensors are.</summary>
    private void CheckCount(Utf8JsonReader reader)
    {
        if (_headerLength < LongHeader) return;
        for (int count = 0; reader.Read();)
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && ++count > MostTensors + 1) throw TooMany();
    }

    private InvalidDataException TooMany() => new(FormattableString.Invariant($"'{_file}': the header lists more than {MostTensors} tensors."));

    private void ReadMetadata()
    {
        if (_metadataSeen) _faults.Add($"'{MetadataName}' stands there twice.");
        _metadataSeen = true;
        Expect(_reader.Read() && _reader.TokenType == JsonTokenType.StartObject, $"an object of texts as '{MetadataName}'");
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
            Expect(_reader.Read() && _reader.TokenType == JsonTokenType.String, $"a text in '{MetadataName}'");
    }

    private void ReadEntry(string name)
    {
        string? dtype = null;
        long[]? shape = null;
        long[]? offsets = null;
        Expect(_reader.Read() && _reader.TokenType == JsonTokenType.StartObject, $"an object for tensor {Faults.Quote(name)}");
        while (_reader.Read() && _reader.TokenType == JsonTokenType.PropertyName)
        {
            bool again;
            if (_reader.ValueTextEquals("dtype"u8)) (again, dtype) = (dtype is not null, ReadText(name));
            else if (_reader.ValueTextEquals("shape"u8)) (again, shape) = (shape is not null, ReadNumbers(name, "shape"));
            else if (_reader.ValueTextEquals("data_offsets"u8)) (again, offsets) = (offsets is not null, ReadNumbers(name, "data_offsets"));
            else throw new JsonException($"Tensor {Faults.Quote(name)} has the unknown field {Faults.Quote(_reader.GetString()!)}.");
            if (again) throw new JsonException($"Tensor {Faults.Quote(name)} has a field twice.");
        }
        string? fault = Validate(name, dtype, shape, offsets, out CheckpointType type);
        if (fault is not null) _faults.Add($"Tensor {Faults.Quote(name)}: {fault}");
        else if (!_entries.TryAdd(name, new TensorEntry(name, type, shape!, _file, _dataStart + offsets![0], offsets[1] - offsets[0])))
            _faults.Add($"Tensor {Faults.Quote(name)} stands there twice.");
    }

    private string? Validate(string name, string? dtype, long[]? shape, long[]? offsets, out CheckpointType type)
    {
        type = default;
        if (dtype is null || shape is null || offsets is null)
            return $"dtype, shape and data_offsets are expected, but {(dtype is null ? "dtype" : shape is null ? "shape" : "data_offsets")} is missing.";
        if (!CheckpointTypes.TryParse(dtype, out type))
            return $"dtype {Faults.Quote(dtype)} is not one of {CheckpointTypes.KnownNames}.";
        if (name.Length == 0) return "its name is empty.";
        if (shape.Any(size => size < 0)) return $"shape {Faults.Describe(shape)} has a negative size.";
        if (offsets.Length != 2) return $"data_offsets must be two numbers, but are {Faults.Describe(offsets)}.";
        if (offsets[0] < 0 || offsets[1] < offsets[0]) return $"data_offsets {Faults.Describe(offsets)} do not ascend from 0.";
        if (offsets[1] > _dataLength)
            return string.Create(CultureInfo.InvariantCulture,
                $"data_offsets {Faults.Describe(offsets)} end behind the {_dataLength} bytes of data; the file may be cut short.");
        if (!TryByteLength(shape, type.Bits, out long expected)) return $"shape {Faults.Describe(shape)} is too large.";
        long found = offsets[1] - offsets[0];
        return expected == found ? null : string.Create(CultureInfo.InvariantCulture,
            $"shape {Faults.Describe(shape)} of {dtype} takes {expected} bytes, but data_offsets {Faults.Describe(offsets)} hold {found}.");
    }

    private static bool TryByteLength(ReadOnlySpan<long> shape, int bits, out long bytes)
    {
        Int128 total = shape.Contains(0) ? 0 : bits;
        bytes = 0;
        foreach (long length in shape)
        {
            total *= length;
            if (total / 8 > long.MaxValue) return false;
        }
        bytes = (long)((total + 7) / 8);
        return true;
    }

    /// <summary>The tensors, by offset, must follow one another from the first byte of data to the last.</summary>
    private readonly void CheckCover()
    {
        TensorEntry[] sorted = [.. _entries.Values];
        Array.Sort(sorted, static (a, b) => a.Offset != b.Offset ? a.Offset.CompareTo(b.Offset) : a.ByteLength.CompareTo(b.ByteLength));
        long end = _dataStart;
        string? before = null;
        foreach (TensorEntry entry in sorted)
        {
            if (entry.Offset != end)
                _faults.Add(string.Create(CultureInfo.InvariantCulture,
                    $"Tensor {Faults.Quote(entry.Name)} begins at byte {entry.Offset}, but {Ending(before)} ends at {end}: "
                        + $"{(entry.Offset < end ? "they overlap" : "there is a gap")}."));
            end = Math.Max(end, entry.Offset + entry.ByteLength);
            before = entry.Name;
        }
        if (_isWhole && end != _dataStart + _dataLength)
            _faults.Add(string.Create(CultureInfo.InvariantCulture,
                $"The last tensor ends at byte {end}, but the file has {_dataStart + _dataLength}: {_dataStart + _dataLength - end} bytes belong "
                    + $"to no tensor."));
        _faults.ThrowIfAny();

        static string Ending(string? tensor) => tensor is null ? "the header" : $"tensor {Faults.Quote(tensor)}";
    }

    private string ReadText(string name)
    {
        Expect(_reader.Read() && _reader.TokenType == JsonTokenType.String, $"a text as dtype of tensor {Faults.Quote(name)}");
        return _reader.GetString()!;
    }

    private long[] ReadNumbers(string name, string field)
    {
        Expect(_reader.Read() && _reader.TokenType == JsonTokenType.StartArray, $"a list as {field} of tensor {Faults.Quote(name)}");
        var numbers = new List<long>(4);
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            long number = 0;
            Expect(_reader.TokenType == JsonTokenType.Number && _reader.TryGetInt64(out number), $"a whole number in {field} of tensor {Faults.Quote(name)}");
            numbers.Add(number);
        }
        return [.. numbers];
    }

    private readonly void Expect(bool condition, string what)
    {
        if (!condition) throw new JsonException($"Expected {what}, found {_reader.TokenType}.");
    }
}
