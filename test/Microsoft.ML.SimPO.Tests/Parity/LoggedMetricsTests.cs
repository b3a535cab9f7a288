using System.Text.Json;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training;
using Microsoft.ML.SimPO.Training.Session;
using Microsoft.ML.SimPO.Training.State;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>Whatever a reference trainer logs of a method stands in our log of that method too, under the same name.</summary>
[Trait("Category", "Parity")]
public class LoggedMetricsTests
{
    /// <summary>What the golden files have beside the trainer's own log.</summary>
    private static readonly string[] OfFiles = ["micro", "loss_reported", "grad_norm_at_step", "lr_used"];

    public static TheoryData<GoldenCase> Cases => GoldenCases.Folders("training", "log.jsonl");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_metric_of_the_trainer_is_logged_under_its_name(GoldenCase golden)
    {
        JsonElement config = TrainingGolden.Config(golden);
        PreferenceTrainerOptions options = GoldenOptions.Of(config, Path.GetFullPath(golden.File(config.GetProperty("model").GetString()!)));
        (string[] step, string[] evaluation) = Logged(options);
        string[] others = Others(options);
        Assert.Empty(Names(GoldenFile.ReadLines(golden.File("log.jsonl"))).Except(step).Except(OfFiles).Except(others));
        JsonElement final = JsonDocument.Parse(GoldenFile.ReadBytes(golden.File("final.json"))).RootElement;
        string[] before = Names([final.GetProperty("eval_before").GetRawText()]), after = Names([final.GetProperty("eval_after").GetRawText()]);
        Assert.NotEmpty(before);
        Assert.Empty(before.Union(after).Except(evaluation).Except(others.Select(o => "eval_" + o)));
    }

    /// <summary>
    /// SimPO's log is what it was before there were other methods: no logits, which the trainers take over prompts and padding too, and no cross entropy where
    /// there is none in the loss; the SimPO repository calls it by another name.
    /// </summary>
    private static string[] Others(PreferenceTrainerOptions options) => options is not SimPOTrainer.Options simpo ? []
        : ["logits/chosen", "logits/rejected", simpo.SftWeight > 0 ? "sft_loss" : "nll_loss"];

    /// <summary>The names in the log of a run of one step, and of its evaluation.</summary>
    private static (string[] Step, string[] Evaluation) Logged(PreferenceTrainerOptions options)
    {
        IAlignmentLoss loss = options.CreateLoss();
        using Decoder decoder = RandomDecoder.Make(1, loss.ScoredTokens == ScoredTokens.Ends ? RandomDecoder.Rating
            : options.RouterLossWeight > 0 ? RouterLossTests.Architecture : null);
        EncodedPrompt[] pairs = RandomPairs.Make(4);
        if (loss.NeedsReference) pairs = LossesOfAStepTests.WithNearReferences(decoder, pairs);
        List<TrainingProgress> steps = [];
        TrainingSettings settings = options.Settings(decoder);
        new TrainingLoop(decoder, loss, settings).Run(pairs, [new TrainingStep([[0, 1, 2, 3]], 1)], steps.Add);
        ValidationResult result = new Validator(decoder, loss, 4096, 4, routerWeight: settings.RouterLossWeight)
            .Evaluate(new RunData(pairs, new PairCounts()), 1, 1, CancellationToken.None);
        if (loss.CountsTokens) result = result.With(MethodFigures.TokenCount, 1); // the fit's own, see SftTrainerTests
        return (Names(TrainingLogLine.Of(steps.Single())), Names(TrainingLogLine.Of(result)));
    }

    private static string[] Names(byte[] line) => Names([System.Text.Encoding.UTF8.GetString(line)]);

    private static string[] Names(IEnumerable<string> lines) =>
        [.. lines.SelectMany(l => JsonDocument.Parse(l).RootElement.EnumerateObject().Select(p => p.Name)).Distinct()];
}
