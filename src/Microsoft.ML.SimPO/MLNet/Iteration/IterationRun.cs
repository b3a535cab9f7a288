using System.Text.Json;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Rounds, each a folder in which every step leaves a file or folder that appears whole: what is there is not done again, so that a run that was broken off
/// anywhere ends with the same pairs and the same weights.
/// </summary>
internal sealed class IterationRun(
    MLContext context, PreferenceTrainerOptions trainer, IReadOnlyList<string> prompts, IReadOnlyList<string> heldOut,
    Func<IReadOnlyList<(string Prompt, string Answer)>, IReadOnlyList<double>> score, string folder, IterationOptions options, int seed)
{
    /// <summary>Of the figures of a round: scores of as many answers as a run can have.</summary>
    private const long MostBytes = 1 << 30;

    private const string PairsName = "pairs.jsonl", AnswersName = "answers.jsonl",
        ScoreName = "scores.json", RoundName = "round.json", StartName = "start.json";

    public static string ModelOf(string round) => Path.Combine(round, "model");

    public IterationResult Run(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        IHost host = ((IHostEnvironment)context).RegisterOwn("AlignmentIteration");
        using IChannel channel = host.Start("Iterate");
        double start = Once(Path.Combine(folder, StartName), () => new Started(VerdictOfStart(cancellationToken))).Verdict, before = start;
        List<IterationRound> rounds = [];
        for (int round = 1; round <= options.Rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            string own = Path.GetFullPath(Path.Combine(folder, FormattableString.Invariant($"round-{round}")));
            Finished done = Once(Path.Combine(own, RoundName), () => Round(round, own, cancellationToken));
            rounds.Add(new IterationRound(round, own, done.Pairs, done.MeanScore, done.Verdict));
            channel.Info(FormattableString.Invariant($"round {round}: {done.Pairs} pairs, verdict {done.Verdict:F4} after {before:F4}"));
            if (done.Verdict <= before) break;
            before = done.Verdict;
        }
        return new IterationResult(rounds, start);
    }

    private Finished Round(int round, string own, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(own);
        string model = ModelOf(own), pairs = Path.Combine(own, PairsName);
        Scored made = MakePairs(round, own, pairs, cancellationToken);
        IDataView data = context.Alignment.LoadPreferences(pairs, new PreferenceLoadOptions());
        AtomicFolder.Recover(model);
        if (!Directory.Exists(model)) Tune(round, own, data, cancellationToken);
        using AlignmentTransformer tuned = context.Alignment.LoadModel(model, ScoringOf());
        return new Finished(made.Pairs, made.MeanScore, VerdictOf(tuned, own, cancellationToken));
    }

    private Scored MakePairs(int round, string own, string pairs, CancellationToken cancellationToken)
    {
        string known = Path.Combine(own, ScoreName);
        if (File.Exists(pairs) && File.Exists(known)) return Once<Scored>(known, () => throw new IOException($"'{known}' is gone."));
        using AlignmentTransformer start = Start(round);
        PairMakingOptions making = options.PairsOf(round, Path.Combine(own, AnswersName));
        IDataView asked = context.Data.LoadFromEnumerable(prompts.Select(p => new Asked(p)));
        making.PromptColumnName = nameof(Asked.Prompt);
        MadePairs made = new PairMaker(context, start, score, making, making.Seed ?? seed).Run(asked, cancellationToken);
        if (made.Count == 0)
            throw new InvalidOperationException(
                $"Round {round} made no pair: {made}. Sample more answers, at a higher temperature, or score them more finely.");
        context.Alignment.SavePreferences(made.Data, pairs);
        File.Delete(known); // of pairs that are gone
        return Once(known, () => new Scored(made.Count, made.MeanScore));
    }

    private void Tune(int round, string own, IDataView pairs, CancellationToken cancellationToken)
    {
        PreferenceTrainerOptions fit = trainer.Copy();
        if (round > 1) (fit.BaseModel, fit.ModelPath, fit.AdapterPath) = (null, ModelOf(Before(round)), null);
        (fit.OutputPath, fit.ResumeFrom) = (Path.Combine(own, "run"), "Auto");
        fit.Seed ??= seed;
        using AlignmentTransformer tuned = fit.CreateTrainer(context).Fit(pairs, null, cancellationToken);
        tuned.SaveCheckpoint(ModelOf(own));
    }

    private double VerdictOfStart(CancellationToken cancellationToken)
    {
        if (options.Judge is not null) return 0.5; // against itself
        using AlignmentTransformer start = Start(1);
        return MeanScore(start, cancellationToken);
    }

    private double VerdictOf(AlignmentTransformer tuned, string own, CancellationToken cancellationToken)
    {
        if (options.Judge is not { } client) return MeanScore(tuned, cancellationToken);
        using AlignmentTransformer start = Start(1);
        var judging = new JudgeOptions { CachePath = Path.Combine(own, "verdicts.jsonl") };
        return new JudgeRun(context, client, judging, seed)
            .Run(heldOut, Answers(tuned, cancellationToken), Answers(start, cancellationToken), null, cancellationToken).WinRate;
    }

    private double MeanScore(AlignmentTransformer model, CancellationToken cancellationToken) =>
        score([.. heldOut.Zip(Answers(model, cancellationToken))]).Average();

    private IReadOnlyList<string> Answers(AlignmentTransformer model, CancellationToken cancellationToken) =>
        model.Generate(heldOut, model.GreedyGeneration(options.MaxNewTokens), cancellationToken);

    /// <summary>The model that a round begins with, always from its folder, so that it does not matter whether the round before was in this process.</summary>
    private AlignmentTransformer Start(int round)
    {
        if (round > 1) return context.Alignment.LoadModel(ModelOf(Before(round)), ScoringOf());
        ScoringOptions scoring = ScoringOf();
        (scoring.AdapterPath, scoring.ChatTemplate) = (trainer.AdapterPath, trainer.ChatTemplate);
        return context.Alignment.LoadModel(trainer.ModelPath, scoring);
    }

    private ScoringOptions ScoringOf() => trainer.ScoringPart();

    private string Before(int round) => Path.Combine(folder, FormattableString.Invariant($"round-{round - 1}"));

    /// <summary>What a file says that was written once; made and written where there is none.</summary>
    private static T Once<T>(string path, Func<T> make)
    {
        if (File.Exists(path)) return Read<T>(path) ?? throw new InvalidDataException($"'{path}' is empty. Delete it, and run again.");
        T made = make();
        AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(made));
        return made;
    }

    private static T? Read<T>(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(RegularFile.ReadBytes(path, MostBytes));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{path}' is damaged: {e.Message} Delete it, and run again.", e);
        }
    }

    private sealed record Asked(string Prompt);

    private sealed record Started(double Verdict);

    private sealed record Scored(int Pairs, double MeanScore);

    private sealed record Finished(int Pairs, double MeanScore, double Verdict);
}
