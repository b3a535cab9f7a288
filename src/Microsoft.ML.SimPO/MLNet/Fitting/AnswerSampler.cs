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

    /// <summary>Writes them, says them in the log, and adds them, what they are like and the pairs with the lowest margins to an evaluation.</summary>
    /// <param name="margins">Of each pair.</param>
    public ValidationResult AddTo(ValidationResult evaluation, IReadOnlyList<EncodedPrompt> pairs, double[] margins, CancellationToken cancellationToken)
    {
        int step = evaluation.Step;
        _writer ??= new AnswerWriter(model, options, log.Warning);
        (int[] Ids, int)[] prompts = [.. pairs.Take(options.SampleAnswers).Select(p => (p.Chosen.Ids.Span[..p.Chosen.PromptLength].ToArray(), 0))];
        GeneratedText[] answers = _writer.Write(prompts, Generation, null, cancellationToken);
        SampleAnswer[] samples = [.. prompts.Zip(answers, (p, a) => new SampleAnswer(Words(p.Ids), a.Text))];
        foreach (SampleAnswer sample in samples) log.Info(FormattableString.Invariant($"answer after step {step} to '{sample.Prompt}': {sample.Answer}"));
        var figures = AnswerFigures.Of(
            [.. answers.Select(a => ((IReadOnlyList<int>)model.Tokenizer.Encode(a.Text, addSpecialTokens: false), a.Finish == GenerationFinish.Length))]);
        return evaluation with { SampleAnswers = samples, WorstPairs = [.. Worst(pairs, margins)], Figures = figures.AddTo(evaluation.Figures!) };
    }

    private IEnumerable<JudgedPair> Worst(IReadOnlyList<EncodedPrompt> pairs, double[] margins)
    {
        foreach (int at in Enumerable.Range(0, margins.Length).Where(i => !double.IsNaN(margins[i])).OrderBy(i => margins[i]).Take(options.SampleAnswers))
        {
            (EncodedAnswer chosen, EncodedAnswer rejected) = (pairs[at].Chosen, pairs[at].Rejected);
            yield return new JudgedPair(
                Words(chosen.Ids.Span[..chosen.PromptLength]), Words(chosen.Ids.Span[chosen.PromptLength..]), Words(rejected.Ids.Span[rejected.PromptLength..]),
                margins[at]);
        }
    }

    private string Words(ReadOnlySpan<int> ids) => model.Tokenizer.Decode(ids, skipSpecialTokens: true).Trim();
}
