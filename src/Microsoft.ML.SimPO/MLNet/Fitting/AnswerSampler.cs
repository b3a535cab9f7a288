using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training.Session;

namespace Microsoft.ML.SimPO;

/// <summary>What a model in training answers to the first prompts of its validation data.</summary>
internal sealed class AnswerSampler(LanguageModel model, PreferenceTrainerOptions options, ITrainingLog log)
{
    private static readonly GenerationOptions Generation = new() { MaxNewTokens = 128 };

    private AnswerWriter? _writer;

    /// <summary>Writes them, and says them in the log.</summary>
    public IReadOnlyList<SampleAnswer> Write(IReadOnlyList<EncodedPrompt> pairs, int step, CancellationToken cancellationToken)
    {
        _writer ??= new AnswerWriter(model, options, log.Warning);
        (int[] Ids, int)[] prompts = [.. pairs.Take(options.SampleAnswers).Select(p => (p.Chosen.Ids.Span[..p.Chosen.PromptLength].ToArray(), 0))];
        GeneratedText[] answers = _writer.Write(prompts, Generation, null, cancellationToken);
        SampleAnswer[] samples = [.. prompts.Zip(answers, (p, a) => new SampleAnswer(model.Tokenizer.Decode(p.Ids, skipSpecialTokens: true).Trim(), a.Text))];
        foreach (SampleAnswer sample in samples) log.Info(FormattableString.Invariant($"answer after step {step} to '{sample.Prompt}': {sample.Answer}"));
        return samples;
    }
}
