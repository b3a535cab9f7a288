using System.Globalization;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Compares the small entries of a zip file, those of ML.NET and of other transforms among them, with the checksums of its directory, which neither .NET nor
/// ML.NET looks at: one flipped bit of an option would give other scores.
/// </summary>
internal static class ArchiveCheck
{
    /// <summary>Larger entries are not looked at here: weights have hashes of their own.</summary>
    private const long MostBytes = 64 << 20;

    /// <summary>More than any pipeline has: some four for each transform.</summary>
    private const int MostEntries = 10_000;

    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(i => Enumerable.Range(0, 8).Aggregate((uint)i, (crc, _) => Shift(crc)))];

    /// <summary>Those that are known to be whole: each part of a chain asks for all of them.</summary>
    private static readonly ConditionalWeakTable<ZipArchive, object> Whole = [];

    /// <exception cref="InvalidDataException">Entries are not what was saved; all are named.</exception>
    public static void Verify(ModelLoadContext context)
    {
        if (context.Repository?._archive is not { } archive || Whole.TryGetValue(archive, out _)) return;
        string name = $"The saved model '{ArchiveFile.Of(context)?.Name ?? "of a stream"}'";
        ZipArchiveEntry[] small = [.. archive.Entries.Where(e => e.Length <= MostBytes)];
        // Entries may share the same few bytes: what all of them become is bounded by what the file has, not by what each says that it has of it.
        (long all, long most) = (small.Sum(e => e.Length), ArchiveFile.MostBytes(archive));
        if (small.Length > MostEntries || all > most)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"{name} may be made to exhaust memory: its {small.Length} entries claim {all} bytes; at most {MostEntries} with {most} are expected."));
        }
        var faults = new Faults($"{name} is damaged");
        foreach (ZipArchiveEntry entry in small)
            if (Fault(entry) is { } fault) faults.Add($"{Faults.Quote(entry.FullName)} {fault}");
        faults.ThrowIfAny();
        Whole.AddOrUpdate(archive, Whole);
    }

    private static string? Fault(ZipArchiveEntry entry)
    {
        try
        {
            (long length, uint crc) = Sum(entry);
            if (length != entry.Length) return string.Create(CultureInfo.InvariantCulture, $"has {length} bytes; it was saved with {entry.Length}.");
            return crc == entry.Crc32 ? null : "was altered since it was saved: its checksum is another.";
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException)
        {
            return $"cannot be unpacked: {e.Message}";
        }
    }

    private static (long Length, uint Crc) Sum(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        var block = new byte[1 << 16];
        (long length, uint crc) = (0, uint.MaxValue);
        for (int read; length <= entry.Length && (read = stream.Read(block)) > 0; length += read)
            foreach (byte next in block.AsSpan(0, read)) crc = Table[(byte)(crc ^ next)] ^ (crc >> 8);
        return (length, ~crc);
    }

    /// <summary>A step of division by the polynomial of zip files, its bits from the least on.</summary>
    private static uint Shift(uint crc) => (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
}
