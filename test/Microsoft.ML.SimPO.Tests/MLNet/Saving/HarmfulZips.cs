using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Saved models that are made to harm: entries without number, entries that become gigabytes, entries that share their bytes. Loaded in a process of their own.
/// </summary>
internal static class HarmfulZips
{
    public const string Variable = "SIMPO_HARMFUL_ZIPS";

    private const int Mega = 1 << 20;

    private const string TooMuch = "^InvalidDataException: The saved model '.*' may be made to exhaust memory: its ", Damaged = "^InvalidDataException: ";

    /// <summary>What is harmful, what makes it of a zip that is fine, and the pattern of what a person is told.</summary>
    public static readonly (string Name, Action<string> Make, string Expected)[] All =
    [
        ("as many entries as there may be", zip => Add(zip, 65_000, _ => { }), TooMuch),
        ("entries of gigabytes", zip => Add(zip, 20, entry => Zeros(entry, 60 * Mega)), TooMuch),
        ("entries that share their bytes", zip => Share(zip, 5000), TooMuch),
        ("weights that are gigabytes of zeros", zip => Replace(zip, "Weights", stream => Zeros(stream, 600 * Mega)), Damaged),
        ("weights that claim to be gigabytes", zip => Replace(zip, "Weights", stream => Header(stream, 600L * Mega)), Damaged),
        ("small files that are gigabytes of zeros", zip => Replace(zip, "Files", stream => Zeros(stream, 600 * Mega)), Damaged),
        ("small files without number", zip => Replace(zip, "Files", stream => stream.Write(BitConverter.GetBytes(int.MaxValue))), Damaged),
        ("a small file that claims to be gigabytes", zip => Replace(zip, "Files", stream =>
        {
            using var writer = new BinaryWriter(stream);
            writer.Write(1);
            writer.Write("config.json");
            writer.Write(int.MaxValue);
        }), Damaged),
        ("hashes without number", zip => Replace(zip, "Hashes", stream => stream.Write(BitConverter.GetBytes(int.MaxValue))), Damaged),
        ("a header that is gigabytes of zeros", zip => Replace(zip, "Model.key", stream => Zeros(stream, 600 * Mega)), "^FormatException: "), // ML.NET's own
    ];

    /// <summary>Prints what came of each, a line each, and at last what the most of them took.</summary>
    public static int Run()
    {
        using var folder = new TempFolder();
        string good = folder.File("good.zip"), bad = folder.File("bad.zip");
        (var context, var meter) = (new MLContext(), new WorkMeter());
        using (AlignmentTransformer model = context.Alignment.LoadModel(TinyModel.WriteTo(folder.File("tiny")))) context.Model.Save(model, null, good);
        Told(context, good); // has the code compiled
        foreach ((string name, Action<string> make, _) in All)
        {
            File.Copy(good, bad, overwrite: true);
            make(bad);
            WorkMeter.Settle();
            string told = "";
            meter.Do(name, () =>
            {
                told = Told(context, bad);
                return told == "used" ? told : "refused";
            });
            Console.WriteLine(told.ReplaceLineEndings(" "));
        }
        Console.WriteLine(meter);
        return 0;
    }

    private static string Told(MLContext context, string zip)
    {
        try
        {
            ((IDisposable)context.Model.Load(zip, out _)).Dispose();
            return "used";
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message}";
        }
    }

    private static void Add(string zip, int count, Action<Stream> write) =>
        Rebuild(zip, [.. Enumerable.Range(0, count).Select(i => (FormattableString.Invariant($"more/{i}"), write))]);

    private static void Replace(string zip, string stream, Action<Stream> write) => Rebuild(zip, [($"TransformerChain/{stream}", write)]);

    /// <summary>Writes it anew with entries that are others or more: piece by piece, for they are larger than what is kept in memory.</summary>
    private static void Rebuild(string zip, (string Name, Action<Stream> Write)[] entries)
    {
        string made = zip + ".made";
        using (ZipArchive from = ZipFile.OpenRead(zip), to = ZipFile.Open(made, ZipArchiveMode.Create))
        {
            foreach (ZipArchiveEntry entry in from.Entries.Where(e => !entries.Any(n => n.Name == e.FullName)))
            {
                using Stream source = entry.Open(), target = to.CreateEntry(entry.FullName, CompressionLevel.Fastest).Open();
                source.CopyTo(target);
            }
            foreach ((string name, Action<Stream> write) in entries)
            {
                using Stream target = to.CreateEntry(name, CompressionLevel.Fastest).Open();
                write(target);
            }
        }
        File.Move(made, zip, overwrite: true);
    }

    private static void Zeros(Stream stream, long length)
    {
        var block = new byte[Mega];
        for (long written = 0; written < length; written += block.Length) stream.Write(block);
    }

    private static void Header(Stream stream, long length)
    {
        byte[] header = Encoding.UTF8.GetBytes(
            FormattableString.Invariant($"{{\"lm_head.weight\":{{\"dtype\":\"F32\",\"shape\":[{length / 4}],\"data_offsets\":[0,{length}]}}}}"));
        stream.Write(BitConverter.GetBytes((long)header.Length));
        stream.Write(header);
        Zeros(stream, length);
    }

    /// <summary>Adds an entry of 60 MiB, and says of it in the directory so many times that it is there.</summary>
    private static void Share(string zip, int times)
    {
        Add(zip, 1, entry => Zeros(entry, 60 * Mega));
        byte[] bytes = File.ReadAllBytes(zip);
        int end = bytes.AsSpan().LastIndexOf("PK\u0005\u0006"u8), last = bytes.AsSpan(0, end).LastIndexOf("PK\u0001\u0002"u8);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(end + 10)), size = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(end + 12));
        byte[] record = bytes[last..end], directory = bytes[end..];
        BinaryPrimitives.WriteUInt16LittleEndian(directory.AsSpan(8), (ushort)(count + times));
        BinaryPrimitives.WriteUInt16LittleEndian(directory.AsSpan(10), (ushort)(count + times));
        BinaryPrimitives.WriteInt32LittleEndian(directory.AsSpan(12), size + (times * record.Length));
        using FileStream file = File.Create(zip);
        file.Write(bytes.AsSpan(0, end));
        for (int i = 0; i < times; i++) file.Write(record);
        file.Write(directory);
    }
}
