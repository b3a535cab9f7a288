using System.Collections;
using System.Reflection;
using System.Xml.Linq;

namespace Microsoft.ML.SimPO;

/// <summary>What notebooks show. They are not there: their convention is followed here by its names alone, as they follow it.</summary>
public sealed class DisplayTests(TunedModel model) : IClassFixture<TunedModel>
{
    private readonly MLContext _context = model.Context;

    [Fact]
    public void A_model_shows_what_it_is_and_the_curves_of_its_training()
    {
        XElement html = Shown(model.Transformer);
        Assert.Contains("llama", html.Value, StringComparison.Ordinal);
        XElement[] lines = [.. html.Descendants().Where(e => e.Name.LocalName == "polyline")];
        Assert.Equal(6, lines.Length);
        Assert.All(lines, l => Assert.Equal(2, l.Attribute("points")!.Value.Trim().Split(' ').Length)); // two steps
        Assert.Contains("gradient norm", html.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void What_notebooks_show_is_written_as_a_page_too()
    {
        using var folder = new Checkpoints.TempFolder();
        (string Html, Action<string> Save, string Title)[] shown =
        [
            (model.Transformer.ToHtml(), model.Transformer.SaveHtml, "Model"),
            Of(_context.Alignment.Evaluate(model.Transformer.Transform(model.Data))),
            OfRows(_context.Alignment.Preview(model.Data, QuickStartFiles.Model, 2)),
            OfFindings(_context.Alignment.Check(model.Data)),
        ];
        foreach ((string html, Action<string> save, string title) in shown)
        {
            save(folder.File("page.html"));
            string page = File.ReadAllText(folder.File("page.html"));
            Assert.StartsWith("<!DOCTYPE html>", page, StringComparison.Ordinal);
            Assert.Contains(html, page, StringComparison.Ordinal);
            Assert.Contains($"<title>{title}</title>", page, StringComparison.Ordinal);
        }

        static (string, Action<string>, string) Of(AlignmentMetrics metrics) => (metrics.ToHtml(), metrics.SaveHtml, "Evaluation");
        static (string, Action<string>, string) OfRows(PreferencePreview rows) => (rows.ToHtml(), rows.SaveHtml, "Rows as tokens");
        static (string, Action<string>, string) OfFindings(DataCheck check) => (check.ToHtml(), check.SaveHtml, "Data check");
    }

    [Fact]
    public void Options_and_models_read_as_a_line_in_every_culture()
    {
        var options = new SimPOTrainer.Options { ModelPath = "m", Beta = 2.5f, LearningRate = 2e-4 };
        Assert.Equal("SimPO with Beta 2.5, ModelPath m, LearningRate 0.0002", options.ToString());
        Assert.Equal("Scoring with default options", new ScoringOptions().ToString());
        Assert.Matches(@"^llama model with 1,\d{3},\d{3} parameters, beta 2\.5, tuned with SimPO in 2 steps$", model.Transformer.ToString());
    }

    [Fact]
    public void Options_of_generating_and_searching_read_as_a_line_too()
    {
        Assert.Equal("Generation with default options", new GenerationOptions().ToString());
        Assert.Equal(
            "Generation with MaxNewTokens 24, MaxLength 512, Sample True, Temperature 0.7, StopStrings a | b",
            new GenerationOptions { MaxNewTokens = 24, MaxLength = 512, Sample = true, Temperature = 0.7f, StopStrings = ["a", "b"] }.ToString());
        Assert.Equal("Random search by Accuracy in at most 30 trials over the usual options", new SweepOptions().ToString());
        Assert.Equal("Grid search by a metric of the caller's in at most 4 trials over Beta, Lora.Rank", new SweepOptions
        {
            Algorithm = SweepAlgorithm.Grid, CustomMetric = (_, _) => 0, MaxTrials = 4, Space = new SweepSpace().Add("Beta", 1, 2).AddChoice("Lora.Rank", 4, 8),
        }.ToString());
    }

    /// <summary>No name of a class, and no list of all that is as by default.</summary>
    [Fact]
    public void All_options_read_as_a_line()
    {
        Type[] options = [.. typeof(AlignmentMetrics).Assembly.GetExportedTypes()
            .Where(t => t.Name.EndsWith("Options", StringComparison.Ordinal) && !t.IsAbstract && t.GetConstructor(Type.EmptyTypes) is not null)];
        Assert.True(options.Length > 15, string.Join(", ", options.Select(o => o.Name)));
        Assert.All(options, type => Assert.DoesNotMatch(@"[{}\n]|Microsoft\.ML|System\.", Activator.CreateInstance(type)!.ToString()));
        Assert.Equal("Judge with MaxPrompts 100, Generation Generation with Sample True, InputPrice 0.5",
            new JudgeOptions { MaxPrompts = 100, Generation = new() { Sample = true }, InputPrice = 0.5 }.ToString());
        Assert.Equal("Comparison with Answers 8, Judge given", new ComparisonOptions { Answers = 8, Judge = (_, _) => 1 }.ToString());
        Assert.Equal("Recipe with Map m=/models/m", new RecipeOptions { Map = new Dictionary<string, string> { ["m"] = "/models/m" } }.ToString());
        Assert.Equal("Reading with default options", new PreferenceLoadOptions().ToString());
        Assert.Equal("Check with Loading Reading with Columns names with Prompt q, MaxRows 5, MaxLength 512",
            new DataCheckOptions { Loading = new() { Columns = new() { Prompt = "q" }, MaxRows = 5 }, MaxLength = 512 }.ToString());
        Assert.Equal("Download with Token given, Ignore *.bin", new HubDownloadOptions { Token = "secret", Ignore = ["*.bin"] }.ToString());
    }

    [Fact]
    public void A_run_and_what_it_found_read_as_a_line()
    {
        TrainingRun run = model.Transformer.TrainingRun;
        Assert.Matches(@"^2 of 2 steps in \d+\.\d s, loss \d\.\d{4} to \d\.\d{4}", run.ToString());
        Assert.Equal("no steps", TrainingRun.None.ToString());
        var sum = new Scoring.MetricsSum(0);
        sum.Add(3, 0);
        sum.Add(0, 1);
        Assert.Equal($"evaluation after step 4: loss 0.5000; {sum.Metrics()}", new ValidationResult(4, 1, 0.5, sum.Metrics()).ToString());
        Assert.Equal("Error: It is lost.", new TrainingDiagnosis(3, TrainingSymptom.LossDiverged, true, 1, "It is lost.").ToString());
    }

    /// <summary>Whatever a notebook shows can be had outside of one.</summary>
    [Fact]
    public void Whatever_has_a_rich_display_gives_it_as_a_text_and_as_a_page()
    {
        Type[] shown = [.. typeof(AlignmentMetrics).Assembly.GetExportedTypes().Where(
            type => type.GetCustomAttributesData().Any(a => a.AttributeType.Name == "TypeFormatterSourceAttribute"))];
        Assert.Superset(
            new HashSet<string>(["AlignmentMetrics", "AlignmentTransformer", "DataCheck", "MethodComparison", "PreferencePreview", "PreferenceStatistics",
                "SweepResult"]), shown.Select(type => type.Name).ToHashSet());
        Assert.All(shown, type =>
        {
            Assert.Equal(typeof(string), type.GetMethod("ToHtml", [])?.ReturnType);
            Assert.NotNull(type.GetMethod("SaveHtml", [typeof(string)]));
        });
    }

    [Fact]
    public void Metrics_show_all_their_figures()
    {
        IDataView data = _context.Data.LoadFromEnumerable(
            [new { ChosenReward = -1f, RejectedReward = -2.5f, Topic = "<b>bold</b>" }, new { ChosenReward = -1f, RejectedReward = -0.5f, Topic = "b & c" }]);
        XElement html = Shown(_context.Alignment.Evaluate(data, groupColumnName: "Topic"));
        Assert.Equal(["1.5", "-0.5"], Cells(html, "<b>bold</b>").Skip(3).Take(1).Concat(Cells(html, "b & c").Skip(3).Take(1)));
        Assert.Equal("0.5", Cells(html, "accuracy")[1]);
        Assert.Empty(html.Descendants("b")); // text is encoded
    }

    [Fact]
    public void Statistics_show_lengths_and_what_was_left_out()
    {
        XElement html = Shown(_context.Alignment.DescribePreferences(QuickStartFiles.Test));
        Assert.Equal("150", Cells(html, "pairs kept")[1]);
        Assert.Equal(7, Cells(html, "prompt").Length);
    }

    [Fact]
    public void A_sweep_shows_its_table()
    {
        IDataView data = model.Data;
        var sweep = new SweepOptions { MaxTrials = 3, Runner = new FakeRunner(s => s.TrialId == 1 ? double.NaN : s.TrialId) };
        using SweepResult result = _context.Alignment.Sweep(data, data, QuickStartFiles.Options(), sweep);
        XElement html = Shown(result);
        Assert.Equal(3, html.Descendants("tbody").Single().Elements().Count());
        Assert.Contains("it went astray", html.Value, StringComparison.Ordinal);
        Assert.Contains("best: trial 0 of 3", html.Value, StringComparison.Ordinal);
    }

    /// <summary>As .NET Interactive looks for it: an attribute of that name, its property's type, its method, members of the formatters.</summary>
    private static XElement Shown(object value)
    {
        object attribute = value.GetType().GetCustomAttributes(inherit: true).Single(a => a.GetType().Name == "TypeFormatterSourceAttribute");
        Assert.Equal(["text/html"], (string[])Property(attribute, "PreferredMimeTypes"));
        object source = Activator.CreateInstance((Type)Property(attribute, "FormatterSourceType"))!;
        object formatter = ((IEnumerable)source.GetType().GetMethod("CreateTypeFormatters")!.Invoke(source, null)!).Cast<object>().Single();
        Assert.Equal("text/html", Property(formatter, "MimeType"));
        using var writer = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
        MethodInfo format = formatter.GetType().GetMethod("Format")!;
        Assert.Equal([typeof(object), typeof(TextWriter)], format.GetParameters().Select(p => p.ParameterType));
        Assert.Equal(true, format.Invoke(formatter, [value, writer]));
        return XElement.Parse($"<html>{writer}</html>");
    }

    private static object Property(object of, string name) => of.GetType().GetProperty(name, BindingFlags.Public | BindingFlags.Instance)!.GetValue(of)!;

    private static string[] Cells(XElement html, string first) =>
        [.. html.Descendants("tr").Select(r => r.Elements("td").Select(c => c.Value).ToArray()).First(cells => cells.Length > 0 && cells[0] == first)];
}
