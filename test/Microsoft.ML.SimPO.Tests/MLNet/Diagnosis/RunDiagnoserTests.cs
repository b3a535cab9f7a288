using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>Runs that have been, by their logs: this library's and those of other trainers.</summary>
public sealed class RunDiagnoserTests : IDisposable
{
    private const string ForeignLogName = "trainer_state.json";

    private readonly MLContext _context = new(seed: 1);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_log_of_TRL_that_collapses_is_told_with_rule_step_cause_and_remedy()
    {
        // A line for five steps, each lower by 0.11 nats; beta is what rewards are of the log-probabilities.
        RunCheck check = Diagnose(State(20, 5, i => (-0.3 - (0.11 * i), 0.5)));
        Assert.Equal(100, check.Steps);
        Assert.Equal(
            [("collapse", FindingSeverity.Error, 55), ("collapse", FindingSeverity.Warning, 20)], check.Findings.Select(f => (f.Rule, f.Severity, f.Step)));
        Assert.Equal("After step 20 the chosen answers' log-probability has fallen by 0.33 nats a token, from -0.30 to -0.63, while the accuracy reads 90 %: "
            + "the model is losing its language. Use a lower `LearningRate` than 1E-06, or add `SftWeight`.", check.Findings[1].Message);
        Assert.StartsWith("learning_rate: 3.3e-7", check.Findings[1].Remedy, StringComparison.Ordinal);
        Assert.Equal(["The log does not tell gamma over beta: it is taken to be 0.5."], check.Notes);
        Assert.False(check.IsWell);
        JsonElement json = JsonDocument.Parse(check.ToJson()).RootElement;
        Assert.Equal("collapse", json.GetProperty("findings")[0].GetProperty("rule").GetString());
        Assert.Equal("error", json.GetProperty("findings")[0].GetProperty("severity").GetString());
        Assert.Equal(1, json.GetProperty("findings")[0].GetProperty("limit").GetDouble());
        Assert.Equal(check.Findings[0].Message, json.GetProperty("findings")[0].GetProperty("message").GetString());
        Assert.StartsWith($"100 steps, 2 findings{Environment.NewLine}error   collapse: After step 55", check.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_healthy_one_is_well_in_every_form_that_it_comes_in()
    {
        string state = State(20, 5, i => (-0.3, 0.02 * i));
        string history = JsonDocument.Parse(state).RootElement.GetProperty("log_history").GetRawText();
        string lines = string.Join('\n', JsonDocument.Parse(history).RootElement.EnumerateArray().Select(e => e.GetRawText()));
        foreach (string form in new[] { state, history, lines })
        {
            RunCheck check = Diagnose(form, new DiagnosisLimits { GammaBetaRatio = 0.5 });
            Assert.True(check.IsWell, check.ToString());
            Assert.Empty(check.Notes);
        }
        Directory.CreateDirectory(_folder.File("run/checkpoint-9"));
        Directory.CreateDirectory(_folder.File("run/checkpoint-100"));
        File.WriteAllText(_folder.File("run/checkpoint-9/trainer_state.json"), "damaged");
        File.WriteAllText(_folder.File("run/checkpoint-100/trainer_state.json"), state);
        Assert.Equal(100, _context.Alignment.Diagnose(_folder.File("run")).Steps); // of the newest checkpoint
        Assert.Equal(100, _context.Alignment.Diagnose(_folder.File("run/checkpoint-100")).Steps);
    }

    [Theory]
    [InlineData("optimizer.pt", nameof(CheckpointType.BFloat16), true)]
    [InlineData("optimizer.pt", nameof(CheckpointType.Float32), false)]
    [InlineData("optimizer.bin", nameof(CheckpointType.BFloat16), false)] // FSDP's, which writes 16-bit weights of a run that has others behind them
    [InlineData("global_step100", nameof(CheckpointType.BFloat16), false)] // DeepSpeed's
    public void Weights_of_bfloat16_that_an_optimizer_has_moved_themselves_are_told(string optimizer, string type, bool isTold)
    {
        foreach (string weights in new[] { CheckpointReader.SingleFileName, AdapterFolder.WeightsName })
        {
            using var folder = new TempFolder();
            string checkpoint = Directory.CreateDirectory(folder.File("run/checkpoint-100")).FullName;
            File.WriteAllText(Path.Combine(checkpoint, ForeignLogName), State(20, 5, i => (-0.3, 0.02 * i)));
            File.WriteAllText(Path.Combine(checkpoint, optimizer), "");
            SafetensorsWriter.Write(Path.Combine(checkpoint, weights), [new("w", [2], s => s.Write([1f, 2f]))], Enum.Parse<CheckpointType>(type));
            foreach (string path in new[] { folder.File("run"), checkpoint, Path.Combine(checkpoint, ForeignLogName) })
            {
                RunCheck check = _context.Alignment.Diagnose(path, new DiagnosisLimits { GammaBetaRatio = 0.5 });
                if (!isTold)
                {
                    Assert.True(check.IsWell, check.ToString());
                    continue;
                }
                TrainingDiagnosis finding = Assert.Single(check.Findings);
                Assert.Equal(("bf16", FindingSeverity.Error, 100), (finding.Rule, finding.Severity, finding.Step));
                Assert.Equal("100 % of the weights in 'checkpoint-100' are bfloat16, and the optimizer's state is of these: a step of 1E-06 is lost on every "
                    + "weight beyond 0.00051, for it is less than half of what lies between two such numbers there.", finding.Message);
                Assert.StartsWith("torch_dtype: float32", finding.Remedy, StringComparison.Ordinal);
            }
            File.WriteAllText(Path.Combine(checkpoint, weights), "damaged");
            Assert.True(_context.Alignment.Diagnose(checkpoint, new DiagnosisLimits { GammaBetaRatio = 0.5 }).IsWell);
        }
    }

    [Fact]
    public void What_only_the_end_shows_is_not_told_of_a_run_that_goes_on()
    {
        string poor = State(20, 5, _ => (-0.3, 0.01));
        Assert.Contains(Diagnose(poor).Findings, f => f.Rule == "poor-separation");
        RunCheck running = Diagnose(poor.Replace("\"max_steps\":100", "\"max_steps\":200", StringComparison.Ordinal));
        Assert.DoesNotContain(running.Findings, f => f.Rule == "poor-separation");
        Assert.Contains("The log ends after step 100 of 200: what only the end of a run shows was not looked at.", running.Notes);
    }

    [Fact]
    public void Evaluations_of_TRL_are_looked_at_and_thresholds_are_options()
    {
        static string Evaluation(int step, double chosen) => FormattableString.Invariant(
            $"{{\"step\":{step},\"eval_loss\":1,\"eval_logps/chosen\":{chosen},\"eval_rewards/chosen\":{2 * chosen},\"eval_rewards/margins\":1}}");
        string log = State(20, 5, i => (-0.3, 0.5)).Replace("\"log_history\":[", $"\"log_history\":[{Evaluation(0, -0.3)},", StringComparison.Ordinal)
            .Replace("]}", $",{Evaluation(100, -0.5)}]}}", StringComparison.Ordinal);
        TrainingDiagnosis finding = Diagnose(log).Findings.Single(f => f.Rule == "forgetting");
        Assert.Equal((100, 0.2, 0.1), (finding.Step, Math.Round(finding.Value, 9), finding.Limit));
        Assert.DoesNotContain(Diagnose(log, new DiagnosisLimits { ForgettingWarning = 0.25 }).Findings, f => f.Rule == "forgetting");
        Assert.Contains(Diagnose(log, new DiagnosisLimits { ForgettingError = 0.15 }).Findings, f => f is { Rule: "forgetting", IsSevere: true });
        ArgumentException bad = Assert.Throws<ArgumentException>(() => Diagnose(log, new DiagnosisLimits { Plateau = -1 }));
        Assert.StartsWith("`Plateau` must be 0 or more, but was -1.", bad.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loss_that_Python_writes_as_NaN_is_a_divergence()
    {
        string log = State(20, 5, i => (-0.3, 0.5)).Replace("\"loss\":0.65", "\"loss\":NaN", StringComparison.Ordinal);
        TrainingDiagnosis finding = Diagnose(log).Findings[0];
        Assert.Equal(("diverging", true, 5), (finding.Rule, finding.IsSevere, finding.Step));
        Assert.Equal(JsonValueKind.Null, JsonDocument.Parse(Diagnose(log).ToJson()).RootElement.GetProperty("findings")[0].GetProperty("value").ValueKind);
    }

    [Fact]
    public void A_log_whose_log_probabilities_are_sums_says_what_was_not_looked_at()
    {
        // DPO: rewards are over a reference.
        string log = State(20, 5, i => (-100 - i, 0.5), reward: i => 0.01 * i);
        RunCheck check = Diagnose(log);
        Assert.True(check.IsWell, check.ToString());
        Assert.StartsWith("The log has no rewards that are one number times its log-probabilities", Assert.Single(check.Notes), StringComparison.Ordinal);
    }

    /// <summary>CPO's rewards are one number times the log-probabilities, too, but of whole answers: no nats a token.</summary>
    [Fact]
    public void Rewards_of_whole_answers_are_not_taken_for_SimPOs()
    {
        RunCheck check = Diagnose(State(20, 5, i => (-100 - i, 0.5)));
        Assert.DoesNotContain(check.Findings, f => f.Rule is "collapse" or "forgetting" or "configuration");
        Assert.StartsWith("The log has no rewards that are one number times its log-probabilities", check.Notes[0], StringComparison.Ordinal);
        Assert.Contains(Diagnose(State(20, 5, i => (-0.3 - (0.2 * i), 0.5))).Findings, f => f is { Rule: "collapse", IsSevere: true });
    }

    /// <summary>What this library logs of DPO: sums under TRL's names, and means under their own, which are looked at.</summary>
    [Fact]
    public void Means_over_tokens_are_taken_where_a_log_has_them_by_name()
    {
        string Log(double fall) => string.Join('\n', Enumerable.Range(1, 40).Select(i => FormattableString.Invariant(
            $"{{\"step\":{i},\"total_steps\":40,\"loss\":0.6,\"grad_norm\":1,\"learning_rate\":1e-6,\"rewards/chosen\":{0.01 * i},\"rewards/margins\":0.1,")
            + FormattableString.Invariant($"\"logps/chosen\":-100,\"logps/rejected\":-120,\"mean_logps/chosen\":{-0.5 - (fall * i)}}}")));
        Assert.Contains(Diagnose(Log(0.1)).Findings, f => f is { Rule: "collapse", IsSevere: true });
        RunCheck well = Diagnose(Log(0));
        Assert.DoesNotContain(well.Findings, f => f.Rule == "collapse");
        Assert.DoesNotContain(well.Notes, n => n.StartsWith("The log has no rewards", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "has no entry with `loss` or `eval_loss`.")]
    [InlineData("{}", "has no entry with `loss` or `eval_loss`.")]
    [InlineData("[1, \"a\", null]", "has no entry with `loss` or `eval_loss`.")]
    [InlineData("{\"log_history\": ", "is no log of a run: ")]
    [InlineData("step 1 loss 2", "is no log of a run: ")]
    public void What_is_no_log_is_said(string text, string message)
    {
        string path = _folder.Write("trainer_state.json", text);
        InvalidDataException fault = Assert.Throws<InvalidDataException>(() => _context.Alignment.Diagnose(path));
        Assert.StartsWith($"'{path}' {message}", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"loss\": \"high\", \"step\": -5}")]
    [InlineData("{\"loss\": 1e400, \"step\": 1e300, \"max_steps\": 1.5, \"train_batch_size\": -1}")]
    [InlineData("{\"eval_loss\": null}\n{\"loss\": null, \"rewards/chosen\": [], \"logps/chosen\": {}}")]
    [InlineData("{\"loss\": 1, \"step\": 9}\n{\"loss\": 1, \"step\": 3}\n{\"loss\": 1, \"step\": 3}")]
    public void Strange_entries_do_no_harm(string text) => Assert.NotNull(Diagnose(text).ToJson());

    [Fact]
    public void A_place_without_a_run_is_said()
    {
        Assert.StartsWith($"'{_folder.File("nothing")}' does not exist.",
            Assert.Throws<FileNotFoundException>(() => _context.Alignment.Diagnose(_folder.File("nothing"))).Message, StringComparison.Ordinal);
        Assert.StartsWith($"'{_folder.Path}' holds no run: it has neither 'trainer_log.jsonl' nor 'trainer_state.json'.",
            Assert.Throws<InvalidDataException>(() => _context.Alignment.Diagnose(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_of_this_library_is_judged_by_its_folder_as_it_judged_itself_and_stops_at_an_error()
    {
        SimPOTrainer.Options options = QuickStartFiles.Options(o =>
            (o.LearningRate, o.Epochs, o.OutputPath, o.ValidationFraction, o.StopOnError, o.SampleAnswers) = (2e-2, 8, _folder.File("own"), 0.2, true, 1));
        using AlignmentTransformer model = _context.Alignment.Trainers.SimPO(options).Fit(_context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(16)));
        TrainingRun run = model.TrainingRun;
        TrainingDiagnosis error = run.Findings.Single(f => f.IsSevere);
        Assert.Equal(("collapse", true, 0), (error.Rule, run.StoppedEarly, run.RestoredStep)); // the untuned model is the best that there was
        Assert.Equal(run.Steps.Count, error.Step);
        Assert.InRange(run.Steps.Count, 2, 8);
        RunCheck check = _context.Alignment.Diagnose(_folder.File("own"));
        Assert.Equal(run.Findings.OrderByDescending(f => f.Severity).ThenBy(f => f.Step), check.Findings);
        Assert.Contains(
            $"The log ends after step {run.Steps.Count} of {run.Steps[^1].TotalSteps}: what only the end of a run shows was not looked at.", check.Notes);
        string[] others = [Path.Combine("own", "trainer_log.jsonl"), Path.Combine("own", $"checkpoint-{run.Steps.Count}")];
        Assert.All(others, path => Assert.Equal(check.Findings, _context.Alignment.Diagnose(_folder.File(path)).Findings));
        Assert.InRange(run.Validations[0].MethodMetrics["answers/distinct_4"], 0.01, 1);
    }

    private RunCheck Diagnose(string log, DiagnosisLimits? options = null) => _context.Alignment.Diagnose(_folder.Write("log.json", log), options);

    /// <summary>As Hugging Face writes it, of a run with beta 2 and 20 pairs a device.</summary>
    /// <param name="lines">Of the log.</param>
    /// <param name="every">Steps of a line.</param>
    /// <param name="figures">Chosen log-probability and margin over beta of a line.</param>
    /// <param name="reward">Of chosen answers; null for SimPO's.</param>
    private static string State(int lines, int every, Func<int, (double Chosen, double Over)> figures, Func<int, double>? reward = null)
    {
        var text = new StringBuilder(FormattableString.Invariant($"{{\"max_steps\":{lines * every},\"train_batch_size\":20,\"log_history\":["));
        for (int i = 0; i < lines; i++)
        {
            (double chosen, double over) = figures(i);
            double rewarded = reward?.Invoke(i) ?? (2 * chosen);
            text.Append(CultureInfo.InvariantCulture, $"{(i > 0 ? "," : "")}{{\"epoch\":{i},\"grad_norm\":3.5,\"learning_rate\":1e-06,")
                .Append(CultureInfo.InvariantCulture, $"\"logps/chosen\":{chosen:R},")
                .Append(CultureInfo.InvariantCulture, $"\"logps/rejected\":{chosen - over:R},\"loss\":{0.65 - (0.02 * i):R},\"rewards/accuracies\":0.9,")
                .Append(CultureInfo.InvariantCulture, $"\"rewards/chosen\":{rewarded:R},\"rewards/margins\":{2 * over:R},")
                .Append(CultureInfo.InvariantCulture, $"\"rewards/rejected\":{rewarded - (2 * over):R},\"step\":{(i + 1) * every}}}");
        }
        return text.Append("]}").ToString();
    }
}
