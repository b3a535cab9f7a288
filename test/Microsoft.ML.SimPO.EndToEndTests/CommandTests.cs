using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Microsoft.ML.SimPO.EndToEnd;

/// <summary>The command <c>simpo</c>, from a recipe to answers, in processes of its own.</summary>
public sealed class CommandTests : IDisposable
{
    private const string Recipe = """
        model_name_or_path: org/small-model
        dataset_mixer:
          org/pairs: 1.0
        beta: 2.5
        gamma_beta_ratio: 0.5
        learning_rate: 2e-4
        num_train_epochs: 1
        per_device_train_batch_size: 2
        gradient_accumulation_steps: 4
        max_length: 256
        max_prompt_length: 200
        lr_scheduler_type: cosine
        warmup_ratio: 0.1
        save_steps: 1
        seed: 3
        validation_fraction: 0.2
        output_dir: run
        """;

    private static readonly string Sample = Path.Combine(ChildProgram.Root, "samples", "QuickStart");

    private readonly TemporaryFolder _folder = new();

    public CommandTests()
    {
        File.WriteAllText(_folder.In("recipe.yaml"), Recipe);
        File.WriteAllLines(_folder.In("pairs.jsonl"), File.ReadLines(Path.Combine(Sample, "data", "train.jsonl")).Take(32));
        File.WriteAllLines(_folder.In("test.jsonl"), File.ReadLines(Path.Combine(Sample, "data", "test.jsonl")).Take(8));
    }

    private static string Model => Path.Combine(Sample, "model");

    private string[] Map => ["--map", $"org/small-model={Model}", "--map", $"org/pairs={_folder.In("pairs.jsonl")}"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_recipe_is_planned_trained_gone_on_with_and_its_model_used()
    {
        ChildProgram plan = await Simpo(["plan", "recipe.yaml", .. Map]);
        Assert.True(plan.ExitCode == 0, plan.Error);
        Assert.Matches(@"(?s)learning_rate +2e-4 +recipe.*A step has 8 pairs: 2 a device, 4 times, on 1 process.*parameters +1,722,048", plan.Output);

        ChildProgram train = await Simpo(["train", "recipe.yaml", "--seed=4", .. Map, "--json"]);
        Assert.True(train.ExitCode == 0, train.Error);
        JsonElement result = JsonDocument.Parse(train.Output).RootElement;
        int steps = result.GetProperty("steps").GetInt32();
        Assert.InRange(steps, 3, 4);
        Assert.InRange(result.GetProperty("loss").GetDouble(), 0.1, 3);
        Assert.Matches( // progress, as lines where it is no terminal
            @"(?m)^step 1/\d  loss [\d.]+  accuracy \d+ %  margin -?[\d.]+ of 1\.25  log-probabilities: chosen -[\d.]+, rejected -[\d.]+  grad norm [\d.]+  "
            + @"rate [\dE.-]+  [\d,]+ tokens/s  [\d.]+ GB  \d+ s left\r?$",
            train.Error);
        IEnumerable<JsonElement> Tables() =>
            JsonDocument.Parse(File.ReadAllText(_folder.In("run", "report.json"))).RootElement.GetProperty("tables").EnumerateArray();
        int Rows(string title) => Tables().Single(t => t.GetProperty("title").GetString() == title).GetProperty("rows").GetArrayLength();
        Assert.InRange(Rows("Answers, before and after"), 5, 8); // as many as are held out
        Assert.InRange(Rows("Held-out pairs with the lowest margins"), 5, 8);
        Assert.True(Rows("Recipe") > 30);
        Assert.Equal(_folder.In("run", "model"), Path.GetFullPath(result.GetProperty("model").GetString()!, _folder.Path));

        // All checkpoints but the first are as if the run had been interrupted before them.
        byte[] whole = await File.ReadAllBytesAsync(_folder.In("run", "model", "model.safetensors"));
        for (int step = 2; step <= steps; step++) Directory.Delete(_folder.In("run", $"checkpoint-{step}"), recursive: true);
        ChildProgram resumed = await ChildProgram.Run(
            ChildProgram.Command, _folder.Path, new Dictionary<string, string> { ["FORCE_COLOR"] = "1", ["NO_COLOR"] = "1" }, "resume", "run");
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Contains("\e[3A\e[2K[", resumed.Error, StringComparison.Ordinal); // a terminal's lines are written over
        Assert.DoesNotMatch(@"\e\[\d*m", resumed.Error); // without color
        Assert.InRange(Rows("Answers, before and after"), 5, 8); // those of before the interruption are there still
        Assert.Equal(whole, await File.ReadAllBytesAsync(_folder.In("run", "model", "model.safetensors")));

        ChildProgram doctor = await Simpo(["doctor", "run", "--json"]);
        Assert.True(doctor.ExitCode == 0, doctor.Output + doctor.Error);
        Assert.Equal(steps, JsonDocument.Parse(doctor.Output).RootElement.GetProperty("steps").GetInt32());

        ChildProgram ofState = await Simpo(["doctor", Path.Combine("run", "trainer_state.json"), "--json"]); // as Hugging Face writes it
        Assert.Equal(steps, JsonDocument.Parse(ofState.Output).RootElement.GetProperty("steps").GetInt32());
        string events = Directory.EnumerateFiles(_folder.In("run", "runs"), "events.out.tfevents.*", SearchOption.AllDirectories).First();
        Assert.Contains("train/rewards/margins", System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(events)), StringComparison.Ordinal);
        ChildProgram report = await Simpo(["report", "run", "--json"]);
        Assert.Equal("well", JsonDocument.Parse(report.Output).RootElement.GetProperty("runs")[0].GetProperty("verdict").GetString());
        Assert.Equal(
            JsonDocument.Parse(report.Output).RootElement.GetProperty("tables").GetArrayLength(),
            JsonDocument.Parse(await File.ReadAllTextAsync(_folder.In("run", "report.json"))).RootElement.GetProperty("tables").GetArrayLength());
        Assert.True(File.Exists(_folder.In("run", "report.html")) && File.Exists(_folder.In("run", "report.md")));

        ChildProgram score = await Simpo(["score", Path.Combine("run", "model"), "test.jsonl", "--beta", "2.5"]);
        Assert.True(score.ExitCode == 0, score.Error);
        double[] margins = [.. Lines(score.Output).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("margin").GetDouble())];
        Assert.Equal(8, margins.Length);
        ChildProgram evaluation = await Simpo(["eval", Path.Combine("run", "model"), "test.jsonl", "--beta", "2.5", "--json"]);
        Assert.Equal(margins.Average(), JsonDocument.Parse(evaluation.Output).RootElement.GetProperty("mean_margin").GetDouble(), 5);

        ChildProgram export = await Simpo(["export", Path.Combine("run", "model"), "model.gguf", "--type", "F32", "--json"]);
        Assert.True(export.ExitCode == 0, export.Error);
        Assert.Equal("model.gguf", JsonDocument.Parse(export.Output).RootElement.GetProperty("gguf").GetString());
        ChildProgram ofFile = await Simpo(["eval", "model.gguf", "test.jsonl", "--beta", "2.5", "--json"]); // and back
        Assert.True(ofFile.ExitCode == 0, ofFile.Error);
        Assert.Equal(margins.Average(), JsonDocument.Parse(ofFile.Output).RootElement.GetProperty("mean_margin").GetDouble(), 4);

        ChildProgram sample = await Simpo(["sample", Path.Combine("run", "model"), "test.jsonl", "--output", "answers", "--seed", "13", "--seed", "21",
            "--max-new-tokens", "6", "--max-prompts", "3", "--json"]);
        Assert.True(sample.ExitCode == 0, sample.Error);
        Assert.Equal(3, JsonDocument.Parse(sample.Output).RootElement.GetProperty("prompts").GetInt32());
        Assert.Equal(3, JsonDocument.Parse(await File.ReadAllTextAsync(_folder.In("answers", "output_21.json"))).RootElement.GetArrayLength());

        ChildProgram generated = await Simpo(["generate", Path.Combine("run", "model"), "--prompt", "How much is 2 and 3 together?", "--max-new-tokens", "8"]);
        Assert.True(generated.ExitCode == 0, generated.Error);
        Assert.Equal("How much is 2 and 3 together?", JsonDocument.Parse(generated.Output).RootElement.GetProperty("prompt").GetString());
        ChildProgram chat = await Simpo(["chat", Path.Combine("run", "model"), "--max-new-tokens", "8"], "Hello\n\n");
        Assert.True(chat.ExitCode == 0, chat.Error);
        Assert.NotEmpty(chat.Output.Trim());
        ChildProgram told = await Simpo(["chat", Path.Combine("run", "model"), "--max-new-tokens", "8", "--json"], "Hello\n\n");
        Assert.Equal(chat.Output.Trim(), JsonDocument.Parse(told.Output).RootElement.GetProperty("answer").GetString()!.Trim());
        ChildProgram environment = await Simpo(["env", "--json"]);
        Assert.Equal(System.Environment.Version.ToString(), JsonDocument.Parse(environment.Output).RootElement.GetProperty("DotNet").GetString());
        ChildProgram models = await Simpo(["env", "--models", "--json"]);
        Assert.Equal("llama", JsonDocument.Parse(models.Output).RootElement[0].GetProperty("ModelType").GetString());
    }

    /// <summary>Killed behind the first, the second and the third step: what `resume` ends with is what a run ends with that nobody killed.</summary>
    [SkippableFact]
    [Trait("Category", "Long")]
    public async Task A_run_that_is_killed_at_any_of_three_steps_ends_with_the_same_weights()
    {
        Skip.IfNot(OperatingSystem.IsLinux()); // SIGKILL
        Assert.Equal(0, (await Simpo(["train", "recipe.yaml", .. Map])).ExitCode);
        byte[] whole = await File.ReadAllBytesAsync(_folder.In("run", "model", "model.safetensors"));
        foreach (int step in new[] { 1, 2, 3 })
        {
            string run = _folder.In($"run-{step}");
            var start = new ProcessStartInfo("dotnet", [ChildProgram.Command, "train", "recipe.yaml", $"--output_dir={run}", .. Map])
                { WorkingDirectory = _folder.Path, RedirectStandardError = true, RedirectStandardOutput = true };
            using (Process process = Process.Start(start)!)
            {
                while (!Directory.Exists(Path.Combine(run, $"checkpoint-{step}")) && !process.HasExited) await Task.Delay(5);
                process.Kill();
                await process.WaitForExitAsync();
                Assert.Equal(137, process.ExitCode);
            }
            ChildProgram resumed = await Simpo(["resume", run]);
            Assert.True(resumed.ExitCode == 0, resumed.Error);
            Assert.Equal(whole, await File.ReadAllBytesAsync(Path.Combine(run, "model", "model.safetensors")));
        }
    }

    [Fact]
    public async Task Data_that_is_well_and_data_that_is_not_are_told_apart_by_the_exit_code()
    {
        ChildProgram well = await Simpo(["check", "pairs.jsonl", "--model", Model, "--json"]);
        Assert.True(well.ExitCode == 0, well.Output + well.Error);
        Assert.Equal(32, JsonDocument.Parse(well.Output).RootElement.GetProperty("rows").GetInt64());
        ChildProgram shown = await Simpo(["check", "pairs.jsonl", "--model", Model, "--json", "--show", "2", "--max-length", "24"]);
        JsonElement document = JsonDocument.Parse(shown.Output).RootElement; // one, with the rows as they are cut
        Assert.Equal(2, document.GetProperty("shown").GetArrayLength());
        Assert.All(document.GetProperty("shown").EnumerateArray(), row => Assert.True(
            row.GetProperty("cut_prompt_tokens").GetInt32() > 0 || row.GetProperty("dropped").ValueKind == JsonValueKind.String, row.ToString()));
        string same = JsonSerializer.Serialize(new { prompt = "a", chosen = "b", rejected = "b" });
        await File.WriteAllLinesAsync(_folder.In("same.jsonl"), [.. File.ReadLines(_folder.In("pairs.jsonl")), same]);
        ChildProgram bad = await Simpo(["check", "same.jsonl", "--test", "same.jsonl", "--json"]);
        Assert.Contains("\"rule\"", bad.Output, StringComparison.Ordinal);
        Assert.Contains(
            JsonDocument.Parse(bad.Output).RootElement.GetProperty("findings").EnumerateArray(), f => f.GetProperty("severity").GetString() == "error");
        Assert.Equal(3, bad.ExitCode);
    }

    [Fact]
    public async Task The_doctor_names_what_went_wrong_in_a_log_of_another_trainer_and_says_so_by_the_exit_code()
    {
        string Entry(int step) => FormattableString.Invariant($"{{\"step\": {step}, \"loss\": 0.1, \"grad_norm\": 1, \"learning_rate\": 1e-6, ")
            + FormattableString.Invariant($"\"logps/chosen\": {-0.3 * step}, \"rewards/chosen\": {-0.6 * step}, \"rewards/margins\": 1}}");
        await File.WriteAllTextAsync(_folder.In("trainer_state.json"), $"{{\"log_history\": [{string.Join(',', Enumerable.Range(1, 12).Select(Entry))}]}}");
        ChildProgram found = await Simpo(["doctor", "trainer_state.json"]);
        Assert.Equal(3, found.ExitCode);
        Assert.Contains("error   collapse: After step ", found.Output, StringComparison.Ordinal);
        ChildProgram other = await Simpo(["doctor", ".", "--limit", "CollapseError=100", "--limit", "CollapseWarning=100", "--json"]);
        Assert.True(other.ExitCode == 0, other.Output + other.Error);
    }

    [Fact]
    public async Task A_shell_is_told_what_may_come_next()
    {
        Assert.Contains("train", Lines((await Simpo(["[suggest:2]", "tr"])).Output));
        Assert.Contains("--config_file", Lines((await Simpo(["[suggest:17]", "plan r.yaml --con"])).Output));
        Assert.Contains("complete -o default -F _simpo simpo", Lines((await Simpo(["completion", "bash"])).Output));
    }

    [Theory]
    [InlineData("trian recipe.yaml", 2, "'trian'")]
    [InlineData("train", 2, "Required argument missing for command: 'train'.")]
    [InlineData("train nothing.yaml", 1, "The recipe '.*nothing.yaml' does not exist.")]
    [InlineData("train recipe.yaml --set bta=2 --map org/small-model=. --map org/pairs=pairs.jsonl", 1,
        "`bta` is no setting of a recipe. Did you mean `beta`?")]
    [InlineData("train recipe.yaml --bta=2 --map org/small-model=. --map org/pairs=pairs.jsonl", 1,
        "`bta` is no setting of a recipe. Did you mean `beta`?")]
    [InlineData("train recipe.yaml --force-it now", 2,
        "`--force-it`, `now` is nothing that this command knows. A setting of the recipe is changed by --KEY=VALUE.")]
    [InlineData("score model data --jsn", 2, "--jsn")]
    [InlineData("train recipe.yaml --map nonsense", 1, "`--map nonsense` must be a name, an equals sign and a value.")]
    [InlineData("resume .", 1, "has no recipe.yaml and recipe.options.json. Name the `output_dir` of a run that `simpo train` began.")]
    [InlineData("doctor .", 1, "holds no run: it has neither 'trainer_log.jsonl' nor 'trainer_state.json'.")]
    [InlineData("doctor . --limit Collapse=1", 1, "`--limit Collapse` is no threshold. Use one of CollapseWarning, ")]
    [InlineData("generate {model}", 1, "There is no prompt. Give `--prompt TEXT` or `--file FILE`.")]
    [InlineData("score nowhere test.jsonl", 1, "nowhere")]
    public async Task What_is_wrong_is_said_on_standard_error(string arguments, int exitCode, string message)
    {
        ChildProgram run = await Simpo([.. arguments.Split(' ').Select(a => a.Replace("{model}", Model, StringComparison.Ordinal))]);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Matches(Regex.Escape(message).Replace(@"\.\*", ".*", StringComparison.Ordinal), run.Error);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("train")]
    [InlineData("check")]
    public async Task Help_fits_a_screen(string command)
    {
        ChildProgram help = await Simpo([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        Assert.Equal(0, help.ExitCode);
        Assert.InRange(Lines(help.Output).Length, 5, 40);
    }

    private static string[] Lines(string text) => text.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private Task<ChildProgram> Simpo(string[] arguments, string input = "") => ChildProgram.Dotnet(_folder.Path, null, input, [ChildProgram.Command,
        .. arguments]);
}
