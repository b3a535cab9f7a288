using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.SimPO.Training.State;

/// <summary>A <see cref="TrainingRun"/> in a saved model: a version, a head, and lists of records, each of them JSON with its length before it.</summary>
internal static class TrainingRunStream
{
    /// <summary>Of a longer list every second, third and so on is saved, and the last.</summary>
    public const int MostRecords = 100_000;

    private const int Version = 1, MostBytesOfRecord = 1 << 20, MostBytes = 512 << 20;

    public static void Write(BinaryWriter writer, TrainingRun run)
    {
        writer.Write(Version);
        Put(writer, new Head(run.RestoredStep, run.StoppedEarly, run.Seed, run.StartedAt, run.TrainingData, run.ValidationData)
        {
            MetricForBestModel = run.MetricForBestModel,
        });
        PutAll(writer, run.Steps);
        PutAll(writer, run.Validations);
        PutAll(writer, run.Findings);
    }

    /// <exception cref="InvalidDataException">It is damaged, or of a newer version.</exception>
    public static TrainingRun Read(BinaryReader reader)
    {
        try
        {
            int version = reader.ReadInt32();
            if (version != Version)
                throw new InvalidDataException(FormattableString.Invariant(
                    $"The training run of the saved model has version {version}; this library reads {Version}."));
            long budget = MostBytes;
            Head head = Take<Head>(reader, ref budget);
            return new TrainingRun
            {
                RestoredStep = head.RestoredStep,
                StoppedEarly = head.StoppedEarly,
                Seed = head.Seed,
                StartedAt = head.StartedAt,
                TrainingData = head.TrainingData,
                ValidationData = head.ValidationData,
                MetricForBestModel = head.MetricForBestModel,
                Steps = TakeAll<TrainingProgress>(reader, ref budget),
                Validations = TakeAll<ValidationResult>(reader, ref budget),
                Findings = TakeAll<TrainingDiagnosis>(reader, ref budget),
            };
        }
        catch (Exception e) when (e is JsonException or EndOfStreamException)
        {
            throw Damaged(e.Message, e);
        }
    }

    private static void PutAll<T>(BinaryWriter writer, IReadOnlyList<T> records)
    {
        int stride = Math.Max(1, (records.Count + MostRecords - 1) / MostRecords);
        int[] kept = [.. Enumerable.Range(0, records.Count).Where(i => (records.Count - 1 - i) % stride == 0)];
        writer.Write(kept.Length);
        foreach (int i in kept) Put(writer, records[i]);
    }

    private static void Put<T>(BinaryWriter writer, T record)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(record, RecordJson.Options);
        writer.Write(json.Length);
        writer.Write(json);
    }

    private static List<T> TakeAll<T>(BinaryReader reader, ref long budget)
    {
        int count = reader.ReadInt32();
        if (count is < 0 or > MostRecords) throw Damaged(FormattableString.Invariant($"a list claims to have {count} records"));
        List<T> records = [];
        for (int i = 0; i < count; i++) records.Add(Take<T>(reader, ref budget));
        return records;
    }

    private static T Take<T>(BinaryReader reader, ref long budget)
    {
        int length = reader.ReadInt32();
        if (length is < 0 or > MostBytesOfRecord) throw Damaged(FormattableString.Invariant($"a record claims to have {length} bytes"));
        if ((budget -= length) < 0) throw Damaged(FormattableString.Invariant($"it has more than {MostBytes} bytes"));
        byte[] json = reader.ReadBytes(length);
        if (json.Length < length) throw Damaged(FormattableString.Invariant($"a record ends after {json.Length} of {length} bytes"));
        return RecordJson.Read<T>(json);
    }

    private static InvalidDataException Damaged(string what, Exception? inner = null) =>
        new($"The training run of the saved model is damaged: {what.TrimEnd('.')}.", inner);

    private sealed record Head(
        int? RestoredStep, bool StoppedEarly, int? Seed, DateTimeOffset? StartedAt, PairCounts? TrainingData, PairCounts? ValidationData)
    {
        /// <summary>Not said where it is the loss, as in older models.</summary>
        [JsonConverter(typeof(JsonStringEnumConverter<BestModelMetric>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public BestModelMetric MetricForBestModel { get; init; }
    }
}
