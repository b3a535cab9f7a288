using System.Diagnostics;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.Tokenizers;

namespace Microsoft.ML.SimPO;

/// <summary>Fits one method after the other, each from the same weights, which are in memory once.</summary>
internal sealed class MethodComparer(MLContext context, IDataView train, IDataView validation, ComparisonOptions options, int seed)
{
    /// <exception cref="ArgumentException">Something is out of range; all of it is listed.</exception>
    public MethodComparison Run(IReadOnlyList<(string Name, PreferenceTrainerOptions Options)> methods, CancellationToken cancellationToken)
    {
        Check(methods);
        IHost host = ((IHostEnvironment)context).RegisterOwn("AlignmentComparison");
        using IChannel channel = host.Start("Compare");
        using var model = new SharedBase(context, methods[0].Options.Copy());
        List<ComparedMethod> compared = [];
        double? before = null;
        try
        {
            foreach ((string name, PreferenceTrainerOptions own) in methods)
            {
                PreferenceTrainerOptions fit = own.Copy();
                fit.Seed ??= seed;
                model.GiveTo(fit);
                if (options.Answers > 0) before ??= MeanTokens(fit.BaseModel!, fit.PromptColumnName, cancellationToken);
                compared.Add(Compare(name, fit, own, cancellationToken));
                channel.Info($"{name}: {compared[^1].Metrics}");
            }
            return new MethodComparison(compared, before);
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

    private ComparedMethod Compare(string name, PreferenceTrainerOptions fit, PreferenceTrainerOptions own, CancellationToken cancellationToken)
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
            var compared = new ComparedMethod
            {
                Name = name,
                Options = own.Copy(),
                Loss = last.Loss,
                LossBefore = first.Loss,
                Metrics = metrics,
                ChosenLogProbability = last.Figures!.ChosenLogProbability,
                ChosenLogProbabilityChange = last.Figures.ChosenLogProbability - first.Figures!.ChosenLogProbability,
                AnswerTokens = options.Answers > 0 ? MeanTokens(tuned, fit.PromptColumnName, cancellationToken) : null,
                Judgement = options.Judge?.Invoke(tuned, validation),
                Steps = run.Steps.Count,
                DurationInMilliseconds = time.TotalMilliseconds,
                MemoryInMegaByte = Environment.WorkingSet / 1e6,
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

    private double MeanTokens(AlignmentTransformer model, string promptColumn, CancellationToken cancellationToken)
    {
        string[] prompts = [.. validation.GetColumn<string>(promptColumn).Take(options.Answers)];
        GenerationOptions greedy = model.SuggestedGeneration with { Sample = false, MaxNewTokens = options.MaxNewTokens };
        Tokenizer tokenizer = model.Tokenizer;
        return model.Generate(prompts, greedy, cancellationToken).Average(answer => tokenizer.CountTokens(answer));
    }
}
