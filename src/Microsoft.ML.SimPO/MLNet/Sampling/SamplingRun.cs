using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>Samples answers into a folder: a file that grows by a line for each prompt, then files as the reference's scripts write them.</summary>
internal sealed class SamplingRun(MLContext context, AlignmentTransformer model, string folder, SamplingOptions options)
{
    /// <summary>What a run that was broken off goes on from.</summary>
    public const string AnswersName = "answers.jsonl";

    private const string AllName = "all_outputs.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true, IndentSize = 4, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public SampledAnswers Run(IDataView prompts, CancellationToken cancellationToken)
    {
        options.Validate(nameof(options));
        IHost host = ((IHostEnvironment)context).RegisterOwn("AlignmentSampling");
        string[] asked = UniquePrompts.Of(host, prompts, options.PromptColumnName, options.MaxPrompts, nameof(prompts));
        Directory.CreateDirectory(folder);
        (string[][] answers, int known) = Sample(asked, cancellationToken);
        var sampled = new SampledAnswers(asked, answers) { Known = known };
        WriteFiles(sampled);
        using IChannel channel = host.Start("Sample");
        channel.Info(sampled.ToString());
        return sampled;
    }

    private (string[][] Answers, int Known) Sample(string[] prompts, CancellationToken cancellationToken)
    {
        string how = $"seeds {string.Join(' ', options.Seeds)}, {options.Sampling with { Seed = 0 }}";
        using var file = new AnswerFile(Path.Combine(folder, AnswersName), AnswerFile.Origin(model, how));
        string[][] answers = [.. prompts.Select(p => file.Known.GetValueOrDefault(p) ?? [])];
        AnswerWriter writer = model.Writer;
        (int Index, int[] Ids)[] missing =
            [.. Enumerable.Range(0, prompts.Length).Where(i => answers[i].Length != options.Seeds.Count).Select(i => (i, writer.Encode(prompts[i])))];
        foreach ((int Index, int[] Ids)[] batch in missing.OrderBy(m => m.Ids.Length).Chunk(AnswerWriter.BatchSize))
        {
            (int[] Ids, int Random)[] rows = [.. batch.Select(p => (p.Ids, 0))]; // an answer is that of its prompt and seed, wherever it stands
            GeneratedText[][] written = [.. options.Seeds.Select(seed => writer.Write(rows, options.Sampling with { Seed = seed }, null, cancellationToken))];
            for (int i = 0; i < batch.Length; i++)
            {
                answers[batch[i].Index] = [.. written.Select(bySeed => bySeed[i].Text)];
                file.Add(prompts[batch[i].Index], answers[batch[i].Index]);
            }
        }
        return (answers, prompts.Length - missing.Length);
    }

    private void WriteFiles(SampledAnswers sampled)
    {
        string[] formatted = [.. sampled.Prompts.Select(p => model.Model.Tokenizer.Decode(model.Writer.Encode(p), skipSpecialTokens: false))];
        for (int s = 0; s < options.Seeds.Count; s++)
        {
            int seed = s;
            Write(FormattableString.Invariant($"output_{options.Seeds[s]}.json"), sampled.Prompts.Select((prompt, i) =>
                new { prompt, format_prompt = formatted[i], generated_text = sampled.Answers[i][seed] }));
        }
        Write(AllName, sampled.Prompts.Zip(sampled.Answers).Where(p => !SampledAnswers.AreSame(p.Second))
            .Select(p => new { prompt = p.First, all_generated_responses = p.Second }));
    }

    private void Write<T>(string name, IEnumerable<T> rows) => AtomicFile.Write(Path.Combine(folder, name), JsonSerializer.SerializeToUtf8Bytes(rows, Json));
}
