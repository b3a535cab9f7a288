using System.Text;
using Microsoft.ML.SimPO.Training.State;

namespace Microsoft.ML.SimPO.Training;

/// <summary>A run on its way through a saved model.</summary>
public sealed class TrainingRunStreamTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void What_is_read_is_what_was_written(int steps)
    {
        TrainingRun run = steps == 0 ? TrainingRun.None : SampleRun.Make(steps);
        SampleRun.AssertEqual(run, Read(Write(run)));
    }

    /// <summary>Of 200,001 steps every third is kept, counted from the last.</summary>
    [Fact]
    public void A_longer_run_is_thinned_out()
    {
        TrainingRun found = Read(Write(SampleRun.Make(200_001)));
        Assert.Equal(66_667, found.Steps.Count);
        Assert.Equal([3, 6, 9], found.Steps.Take(3).Select(s => s.Step));
        Assert.Equal(200_001, found.Steps[^1].Step);
        Assert.Equal(2, found.Validations.Count);
    }

    [Fact]
    public void Wherever_it_ends_too_early_it_is_damaged()
    {
        byte[] whole = Write(SampleRun.Make(2));
        for (int length = 0; length < whole.Length; length++)
            Assert.StartsWith("The training run of the saved model is damaged: ", Message(whole[..length]), StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_that_cannot_be_are_refused_before_anything_is_read()
    {
        byte[] whole = Write(SampleRun.Make(2));
        Assert.Equal("The training run of the saved model has version 9; this library reads 1.", Message([9, 0, 0, 0, .. whole[4..]]));
        const string damaged = "The training run of the saved model is damaged: ";
        Assert.Equal($"{damaged}a record claims to have 2147483647 bytes.", Message([.. whole[..4], 255, 255, 255, 127, .. whole[8..]]));
        Assert.Equal($"{damaged}a record claims to have -1 bytes.", Message([.. whole[..4], 255, 255, 255, 255, .. whole[8..]]));
        int head = 8 + BitConverter.ToInt32(whole, 4);
        Assert.Equal($"{damaged}a list claims to have 2147483647 records.", Message([.. whole[..head], 255, 255, 255, 127, .. whole[(head + 4)..]]));
    }

    [Theory]
    [InlineData("\"Message\":\"", "\"Message\":null,\"M\":\"")]
    [InlineData("\"Metrics\":{", "\"Metrics\":null,\"M\":{")]
    [InlineData("\"Calibration\":[", "\"Calibration\":[null,")]
    [InlineData("\"Groups\":{", "\"Groups\":{\"a\":null")]
    [InlineData("\"Loss\":1.1,", "\"Loss\":null,")]
    [InlineData("\"Loss\":1.1,", "")]
    [InlineData("\"Loss\":1.1,", "\"Loss\":{},")]
    [InlineData("\"GradientVanished\"", "\"Anything\"")]
    [InlineData("{\"Step\":1,", "null,{\"Step\":1,")]
    public void A_record_that_is_not_whole_is_damaged(string json, string damaged)
    {
        byte[] bytes = Replace(Write(SampleRun.Make(2)), json, damaged);
        Assert.StartsWith("The training run of the saved model is damaged: ", Message(bytes), StringComparison.Ordinal);
    }

    private static byte[] Write(TrainingRun run)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        TrainingRunStream.Write(writer, run);
        writer.Flush();
        return stream.ToArray();
    }

    private static TrainingRun Read(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        return TrainingRunStream.Read(reader);
    }

    private static string Message(byte[] bytes) => Assert.Throws<InvalidDataException>(() => Read(bytes)).Message;

    /// <summary>Replaces the first occurrence in a record and mends the record's length.</summary>
    private static byte[] Replace(byte[] whole, string json, string by)
    {
        using var result = new MemoryStream();
        using var writer = new BinaryWriter(result);
        using var reader = new BinaryReader(new MemoryStream(whole));
        bool isDone = false;
        writer.Write(reader.ReadInt32());
        void Record()
        {
            string text = Encoding.UTF8.GetString(reader.ReadBytes(reader.ReadInt32()));
            int at = isDone ? -1 : text.IndexOf(json, StringComparison.Ordinal);
            if (at >= 0) (text, isDone) = ($"{text[..at]}{by}{text[(at + json.Length)..]}", true);
            writer.Write(Encoding.UTF8.GetByteCount(text));
            writer.Write(Encoding.UTF8.GetBytes(text));
        }
        Record();
        for (int list = 0; list < 3; list++)
        {
            int count = reader.ReadInt32();
            writer.Write(count);
            for (int i = 0; i < count; i++) Record();
        }
        writer.Flush();
        Assert.True(isDone);
        return result.ToArray();
    }
}
