using Microsoft.ML.SimPO.Generation;
using Microsoft.ML.SimPO.Native;
using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO;

/// <summary>Prompts in, answers out, many at a time.</summary>
internal sealed class AnswerWriter(LanguageModel model, SimPOTrainer.Options options)
{
    /// <summary>Sequences that share forward passes: enough to be limited by arithmetic rather than by reading the weights.</summary>
    private const int BatchSize = 32;

    public string[] Write(string[] prompts, GenerationOptions generation, CancellationToken cancellationToken)
    {
        string[] faults = [.. generation.Faults()];
        if (faults.Length > 0) throw new ArgumentException(string.Join(Environment.NewLine, faults), nameof(generation));
        PreferenceEncoder encoder = model.Encoder(options, everyRow: true);
        int[][] ids = [.. prompts.Select(encoder.EncodePrompt)];
        string[] answers = new string[prompts.Length];
        var generator = new TokenGenerator(model.Decoder, [.. model.StopTokens.Union(encoder.EndTokens)]);
        // Prompts of like length together: none waits long for the others.
        foreach (int[] batch in Enumerable.Range(0, ids.Length).OrderBy(i => ids[i].Length).Chunk(BatchSize))
        {
            int[][] written = ComputeThread.Run("SimPO generation", () => generator.Generate([.. batch.Select(i => ids[i])], generation, cancellationToken: cancellationToken));
            for (int i = 0; i < batch.Length; i++) answers[batch[i]] = model.Tokenizer.Decode(written[i], skipSpecialTokens: true);
        }
        return answers;
    }
}
