using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training.Diagnosis;
using Microsoft.ML.SimPO.Training.Session;

namespace Microsoft.ML.SimPO;

/// <summary>What a model in training answers to the first prompts of its validation data.</summary>
internal sealed class AnswerSampler(LanguageModel model, PreferenceTrainerOptions options, ITrainingLog log)
{
    private static readonly GenerationOptions Generation = new() { MaxNewTokens = 128 };

    private AnswerWriter? _writer;

    /// <summary>Writes them, says them in the log, and adds them and what they are like to an evaluation.</summary>
    public ValidationResult AddTo(ValidationResult evaluation, IReadOnlyList<EncodedPrompt> pairs, CancellationToken cancellationToken)
    {
        int step = evaluation.Step;
        _writer ??= new AnswerWriter(model, options, log.Warning);
        (int[] Ids, int)[] prompts = [.. pairs.Take(options.SampleAnswers).Select(p => (p.Chosen.Ids.Span[..p.Chosen.PromptLength].ToArray(), 0))];
        GeneratedText[] answers = _writer.Write(prompts, Generation, null, cancellationToken);
        SampleAnswer[] samples = [.. prompts.Zip(answers, (p, a) => new SampleAnswer(model.Tokenizer.Decode(p.Ids, skipSpecialTokens: true).Trim(), a.Text))];
        foreach (SampleAnswer sample in samples) log.Info(FormattableString.Invariant($"answer after step {step} to '{sample.Prompt}': {sample.Answer}"));
        var figures = AnswerFigures.Of(
            [.. answers.Select(a => ((IReadOnlyList<int>)model.Tokenizer.Encode(a.Text, addSpecialTokens: false), a.Finish == GenerationFinish.Length))]);
        return evaluation with { SampleAnswers = samples, Figures = figures.AddTo(evaluation.Figures!) };
    }
}
