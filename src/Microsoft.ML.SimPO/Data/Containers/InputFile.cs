using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>A file of a data set, under the name that messages use for it.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Name">Its name below the folder that the person named, or its file name.</param>
internal sealed record InputFile(string Path, string Name)
{
    private const int BufferSize = 1 << 16;

    /// <summary>How many times its own length its content may have; null for no limit.</summary>
    public int? MaxExpansion { get; init; } = new PreferenceLoadOptions().MaxExpansion;

    /// <summary>The longest row in bytes.</summary>
    public int MaxRowBytes { get; init; } = new PreferenceLoadOptions().MaxRowBytes;

    private static ReadOnlySpan<byte> GzipMagic => [0x1f, 0x8b];

    private static ReadOnlySpan<byte> ZstdMagic => [0x28, 0xb5, 0x2f, 0xfd];

    /// <summary>
    /// Opens the file for reading from its start to its end, decompressed where it is gzip or Zstandard. Damage throws
    /// <see cref="InvalidDataException"/> that names file and byte.
    /// </summary>
    public Stream Open()
    {
        FileStream file = OpenRaw();
        Span<byte> magic = stackalloc byte[4];
        int read = file.ReadAtLeast(magic, 4, throwOnEndOfStream: false);
        file.Position = 0;
        Stream? decompressed = magic[..read].StartsWith(GzipMagic) ? new GzipReader(file)
            : magic[..read].SequenceEqual(ZstdMagic) ? new ZstdReader(file)
            : null;
        return new LocatingStream(decompressed ?? file, Name, decompressed is null ? null : BudgetOf(file));
    }

    /// <summary>What may come out of the file in one reading.</summary>
    public ReadingBudget BudgetOf(FileStream file) => new(Name, file.Length, MaxExpansion);

    /// <summary>Opens the bytes as they are.</summary>
    /// <exception cref="InvalidDataException">There are none: the file is empty, or a pipe or a device, which could keep a reader waiting for ever.</exception>
    public FileStream OpenRaw() => RegularFile.OpenHandle(Path, FileOptions.SequentialScan) is { } handle
        ? new FileStream(handle, FileAccess.Read, BufferSize)
        : throw new InvalidDataException($"{Name}: expected rows, but the file is empty.");
}
