using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>What becomes of a saved model of which a bit was flipped: it is never loaded with other weights or options.</summary>
public sealed partial class DamagedModelTests(TunedModel model) : IClassFixture<TunedModel>, IDisposable
{
    private readonly TempFolder _folder = new();

    private string Zip => _folder.File("tuned.zip");

    public void Dispose() => _folder.Dispose();

    /// <summary>Half of them in the weights, the others over all entries, however short.</summary>
    [Fact]
    public void Each_of_200_flipped_bits_is_named()
    {
        model.Context.Model.Save(model.Transformer, model.Data.Schema, Zip);
        byte[] whole = File.ReadAllBytes(Zip);
        (string Name, int Start, int Length)[] entries = [.. Entries(whole).Where(e => e.Length > 1)];
        (string Name, int Start, int Length) weights = entries.Single(e => e.Name.EndsWith("Weights", StringComparison.Ordinal));
        var random = new Random(11);
        for (int i = 0; i < 200; i++)
        {
            (string name, int start, int length) = i % 2 == 0 ? weights : entries[i / 2 % entries.Length];
            int place = start + random.Next(length - 1); // the last byte has bits that belong to nothing
            whole[place] ^= (byte)(1 << (i / 7 % 8));
            Exception? error = Record.Exception(() => Load(whole));
            whole[place] ^= (byte)(1 << (i / 7 % 8));
            bool isNamed = error is not null && (!name.Contains("Transform_", StringComparison.Ordinal) || Named().IsMatch(AllMessages(error)));
            Assert.True(isNamed, $"bit {i} of {name}: {(error is null ? "loaded" : AllMessages(error))}");
        }
        using AlignmentTransformer again = Load(whole);
        TunedModel.AssertEqual(model.Scores(model.Data), model.Scores(again, model.Data));
    }

    [Fact]
    public void A_stream_that_was_altered_is_named_and_what_to_do()
    {
        model.Context.Model.Save(model.Transformer, model.Data.Schema, Zip);
        using (ZipArchive archive = ZipFile.Open(Zip, ZipArchiveMode.Update))
        {
            ZipArchiveEntry entry = archive.Entries.Single(e => e.FullName.EndsWith("Weights", StringComparison.Ordinal));
            using Stream stream = entry.Open();
            stream.Seek(-1, SeekOrigin.End);
            stream.WriteByte(0x41); // and the zip's own checksum is right
        }
        Assert.Equal(
            $"The saved model '{Zip}' is damaged: stream 'Weights' was altered since it was saved: its SHA-256 is another. Copy it again from where it came, "
                + "or save the model anew.",
            Assert.Throws<InvalidDataException>(() => model.Context.Model.Load(Zip, out _)).Message);
    }

    [Fact]
    public void Hashes_that_are_gone_are_an_error()
    {
        model.Context.Model.Save(model.Transformer, model.Data.Schema, Zip);
        using (ZipArchive archive = ZipFile.Open(Zip, ZipArchiveMode.Update))
            archive.Entries.Single(e => e.FullName.EndsWith("Hashes", StringComparison.Ordinal)).Delete();
        Assert.StartsWith(
            $"The saved model '{Zip}' is damaged: stream 'Hashes' is missing.",
            Assert.Throws<InvalidDataException>(() => model.Context.Model.Load(Zip, out _)).Message, StringComparison.Ordinal);
    }

    private AlignmentTransformer Load(byte[] zip)
    {
        using var stream = new MemoryStream(zip, writable: false);
        return (AlignmentTransformer)model.Context.Model.Load(stream, out _);
    }

    /// <summary>Where the compressed bytes of each entry lie, as the central directory and the local headers say.</summary>
    private static IEnumerable<(string Name, int Start, int Length)> Entries(byte[] zip)
    {
        int end = zip.AsSpan().LastIndexOf("PK\u0005\u0006"u8), at = BitConverter.ToInt32(zip, end + 16);
        for (int i = 0, count = BitConverter.ToUInt16(zip, end + 10); i < count; i++)
        {
            int length = BitConverter.ToInt32(zip, at + 20), name = BitConverter.ToUInt16(zip, at + 28), local = BitConverter.ToInt32(zip, at + 42);
            int start = local + 30 + BitConverter.ToUInt16(zip, local + 26) + BitConverter.ToUInt16(zip, local + 28);
            yield return (Encoding.UTF8.GetString(zip, at + 46, name), start, length);
            at += 46 + name + BitConverter.ToUInt16(zip, at + 30) + BitConverter.ToUInt16(zip, at + 32);
        }
    }

    private static string AllMessages(Exception error) => error.InnerException is { } inner ? $"{error.Message} {AllMessages(inner)}" : error.Message;

    /// <summary>What ML.NET reads before it asks us has its own words.</summary>
    [GeneratedRegex("is damaged|invalid data|unsupported compression|[Cc]orrupt")]
    private static partial Regex Named();
}
