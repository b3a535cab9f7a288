using System.Diagnostics;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Native;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.SimPO;

/// <summary>Fits one method after the other, each from the same weights, which are in memory once.</summary>
internal sealed class MethodComparer(MLContext context, IDataView train, IDataView validation, ComparisonOptions options, int seed)
{
    private readonly JudgeRun? _judge = options.JudgeClient is { } client ? new JudgeRun(context, client, new JudgeOptions(), seed) : null;

    /// <exception cref="ArgumentException">Something is out of range; all of it is listed.</exception>
    public MethodComparison Run(IReadOnlyList<(string Name, PreferenceTrainerOptions Options)> methods, CancellationToken cancellationToken)
    {
        Check(methods);
        IHost host = ((IHostEnvironment)context).RegisterOwn("AlignmentComparison");
        using IChannel channel = host.Start("Compare");
        using var model = new SharedBase(context, methods[0].Options.Copy());
        List<ComparedMethod> compared = [];
        Answers? before = null;
        try
        {
            foreach ((string name, PreferenceTrainerOptions own) in methods)
            {
                PreferenceTrainerOptions fit = own.Copy();
                fit.Seed ??= seed;
                model.GiveTo(fit);
                if (options.Answers > 0) before ??= AnswersOf(fit.BaseModel!, fit.PromptColumnName, cancellationToken);
                compared.Add(Compare(host, name, fit, own, before, cancellationToken));
                channel.Info($"{name}: {compared[^1].Metrics}");
            }
            return new MethodComparison(compared, before?.MeanTokens);
        }
        catch
        {
            foreach (ComparedMethod method in compared) method.Model?.Dispose();
            throw;
        }
    }

    private void Check(IReadOnlyList<(string Name, PreferenceTrainerOptions Options)> methods)
    {
        List<string> faults = [.. options.Faults()];
        if (methods.Count == 0) faults.Add("`methods` must name at least one method, but was empty.");
        foreach (IGrouping<string, (string Name, PreferenceTrainerOptions Options)> same in methods.GroupBy(m => m.Name).Where(g => g.Count() > 1))
            faults.Add($"`methods` must have names that differ, but has '{same.Key}' {same.Count()} times.");
        foreach ((string name, PreferenceTrainerOptions own) in methods)
        {
            faults.AddRange(own.Faults().Select(f => $"{name}: {f}"));
            if (ModelSource.Of(own) != ModelSource.Of(methods[0].Options))
                faults.Add($"{name}: all methods must begin with one model, but this one begins with another than '{methods[0].Name}'.");
            if (own.Reward is ModelReward) faults.Add($"{name}: it trains reward models, which write no answers. Compare methods that tune language models.");
            if (own.ValidationFraction > 0) faults.Add($"{name}: `ValidationFraction` must be 0, for the validation data are given.");
        }
        if (faults.Count > 0) throw new ArgumentException(string.Join(Environment.NewLine, faults), nameof(methods));
    }

    private ComparedMethod Compare(
        IHost host, string name, PreferenceTrainerOptions fit, PreferenceTrainerOptions own, Answers? before, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        AlignmentTransformer tuned = fit.CreateTrainer(context).Fit(train, validation, cancellationToken);
        bool isKept = false;
        try
        {
            TrainingRun run = tuned.TrainingRun;
            ValidationResult first = run.Validations[0], last = run.Validations[^1];
            AlignmentMetrics metrics = context.Alignment.Evaluate(tuned.Transform(validation), targetMargin: 0);
            TimeSpan time = clock.Elapsed;
            long memory = Environment.WorkingSet;
            Answers? after = options.Answers > 0 ? AnswersOf(tuned, fit.PromptColumnName, cancellationToken) : null;
            var compared = new ComparedMethod
            {
                Name = name,
                Options = own.Copy(),
                Loss = last.Loss,
                LossBefore = first.Loss,
                Metrics = metrics,
                ChosenLogProbability = last.Figures!.ChosenLogProbability,
                ChosenLogProbabilityChange = last.Figures.ChosenLogProbability - first.Figures!.ChosenLogProbability,
                KlFromStart = Divergence(host, tuned, fit, cancellationToken),
                AnswerTokens = after?.MeanTokens,
                Judgement = _judge is null
                    ? options.Judge?.Invoke(tuned, validation) : _judge.Run(after!.Prompts, after.Texts, before!.Texts, null, cancellationToken).WinRate,
                Steps = run.Steps.Count,
                DurationInMilliseconds = time.TotalMilliseconds,
                MemoryInMegaByte = memory / 1e6,
                Findings = run.Findings,
                Model = options.KeepModels ? tuned : null,
            };
            isKept = options.KeepModels;
            return compared;
        }
        finally
        {
            if (!isKept) tuned.Dispose();
        }
    }

    /// <summary>On all answers of the validation data that fit, whatever of them the method learns from.</summary>
    private double Divergence(IHost host, AlignmentTransformer tuned, PreferenceTrainerOptions fit, CancellationToken cancellationToken)
    {
        PairColumns columns = PairColumns.Of(host, validation.Schema, fit, nameof(validation));
        EncodedPrompts rows = PairEncoding.Encode(tuned.Model.Encoder(fit), validation, columns, cancellationToken);
        using ModelLease own = tuned.Model.Enter(), start = fit.BaseModel!.Model.Enter();
        return ComputeThread.Run(
            "SimPO comparison", () => ModelDivergence.PerToken(own.Decoder, start.Decoder, rows, fit.TokensPerMicroBatch, cancellationToken));
    }

    private Answers AnswersOf(AlignmentTransformer model, string promptColumn, CancellationToken cancellationToken)
    {
        string[] prompts = [.. validation.GetColumn<string>(promptColumn).Take(options.Answers)];
        Tokenizer tokenizer = model.Tokenizer;
        IReadOnlyList<string> texts = model.Generate(prompts, model.GreedyGeneration(options.MaxNewTokens), cancellationToken);
        return new Answers(prompts, texts, texts.Average(answer => tokenizer.CountTokens(answer)));
    }

    /// <summary>What a model writes to prompts.</summary>
    private sealed record Answers(IReadOnlyList<string> Prompts, IReadOnlyList<string> Texts, double MeanTokens);
}
