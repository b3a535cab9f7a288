using Microsoft.ML.SimPO.Text;
using Parquet;
using Parquet.Schema;

namespace Microsoft.ML.SimPO.Data.Writing;

/// <summary>Pairs as Parquet, in row groups of a thousand (or fewer long ones), compressed with Snappy.</summary>
internal static class ParquetPairWriter
{
    private const int GroupRows = 1000;
    private const long GroupCharacters = 16 << 20;

    public static long Write(Stream stream, IEnumerable<PreferenceRow> rows, bool scores)
    {
        using IEnumerator<PreferenceRow> source = rows.GetEnumerator();
        var group = new List<PreferenceRow>(GroupRows);
        bool more = Fill(group, source);
        ParquetSchema schema = Schema(scores);
        long count = 0;
        ParquetWriter writer = ParquetWriter.CreateAsync(schema, stream, new ParquetOptions { CompressionMethod = CompressionMethod.Snappy }).GetAwaiter()
            .GetResult();
        try
        {
            while (group.Count > 0)
            {
                WriteGroup(writer, schema, group, scores);
                count += group.Count;
                if (!more) break;
                more = Fill(group, source);
            }
        }
        finally
        {
            writer.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
        return count;
    }

    private static ParquetSchema Schema(bool scores)
    {
        Field[] messages = new[] { "prompt", "chosen", "rejected" }
            .Select(Field (name) =>
                new ListField(name, new StructField("element", new DataField("role", typeof(string)), new DataField("content", typeof(string)))))
            .ToArray();
        Field[] numbers = scores ? [new DataField("score_chosen", typeof(float?)), new DataField("score_rejected", typeof(float?))] : [];
        return new ParquetSchema([.. messages, .. numbers]);
    }

    /// <summary>Reads the next group. False where the source ended.</summary>
    private static bool Fill(List<PreferenceRow> group, IEnumerator<PreferenceRow> source)
    {
        group.Clear();
        for (long characters = 0; group.Count < GroupRows && characters < GroupCharacters;)
        {
            if (!source.MoveNext()) return false;
            group.Add(source.Current);
            characters += source.Current.Prompt.Length + source.Current.Chosen.Length + source.Current.Rejected.Length;
        }
        return true;
    }

    private static void WriteGroup(ParquetWriter writer, ParquetSchema schema, List<PreferenceRow> rows, bool scores)
    {
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        DataField[] fields = schema.DataFields;
        List<PromptedAnswers> pairs = rows.ConvertAll(Plain);
        Messages(group, fields.AsSpan(0, 2), pairs.ConvertAll(pair => pair.Prompt.Messages));
        Messages(group, fields.AsSpan(2, 2), pairs.ConvertAll(pair => pair.Answers[0]));
        Messages(group, fields.AsSpan(4, 2), pairs.ConvertAll(pair => pair.Answers[1]));
        if (!scores) return;
        Run(group.WriteAsync(fields[6], (ReadOnlyMemory<float?>)rows.Select(row => row.ScoreChosen).ToArray()));
        Run(group.WriteAsync(fields[7], (ReadOnlyMemory<float?>)rows.Select(row => row.ScoreRejected).ToArray()));
    }

    /// <summary>The columns hold role and content; what else a message has would need a schema of its own for each data set.</summary>
    private static PromptedAnswers Plain(PreferenceRow row)
    {
        PromptedAnswers pair = row.Messages();
        if (pair.Prompt.IsBare && pair.Prompt.Messages.Concat(pair.Answers.SelectMany(answer => answer)).All(message => message.IsPlain)) return pair;
        throw new InvalidDataException(
            "Rows with tool calls, tools, thoughts or template variables cannot be written as Parquet. Write them to a file whose name ends in .jsonl.");
    }

    private static void Messages(ParquetRowGroupWriter group, ReadOnlySpan<DataField> fields, List<IReadOnlyList<Message>> rows)
    {
        Column(group, fields[0], rows, turn => turn.Role);
        Column(group, fields[1], rows, turn => turn.Content);
    }

    // No message is missing and no list is empty, so all definition levels are the highest.
    private static void Column(ParquetRowGroupWriter group, DataField field, List<IReadOnlyList<Message>> rows, Func<Message, string> part)
    {
        ReadOnlyMemory<char>[] values = rows.SelectMany(turns => turns.Select(turn => part(turn).AsMemory())).ToArray();
        var definitions = new int[values.Length];
        Array.Fill(definitions, field.MaxDefinitionLevel);
        int[] repetitions = rows.SelectMany(turns => Enumerable.Range(0, turns.Count).Select(i => i == 0 ? 0 : 1)).ToArray();
        Run(group.WriteAllPartsAsync<ReadOnlyMemory<char>>(field, values, definitions, repetitions, CancellationToken.None));
    }

    private static void Run(Task task) => task.GetAwaiter().GetResult();
}
