using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.ML.SimPO.Checkpoints;
using Xunit;

namespace Microsoft.ML.SimPO;

/// <summary>Reports of two short runs, in folders of hostile names.</summary>
public sealed class AlignmentReportTests : IDisposable
{
    private const string Hostile = "<img src=x onerror=alert(1)>|`*&quot;";

    private readonly MLContext _context = new(seed: 1);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_number_of_page_and_card_is_one_of_the_JSON_and_nothing_is_markup_that_came_from_elsewhere()
    {
        Run(Hostile, 2e-4);
        AlignmentReport report = _context.Alignment.Report(_folder.File(Hostile));
        JsonElement json = JsonDocument.Parse(report.ToJson()).RootElement;
        JsonElement[] rows = [.. json.GetProperty("tables").EnumerateArray().SelectMany(t => t.GetProperty("rows").EnumerateArray())];
        double[] numbers = [.. rows.SelectMany(r => r.EnumerateArray()).Where(c => c.ValueKind == JsonValueKind.Number).Select(c => c.GetDouble())];
        XElement page = Page(report);
        Assert.Equal(numbers, page.Descendants("td").Where(d => d.Attribute("class")?.Value == "n" && d.Value.Length > 0).Select(
            d => double.Parse(d.Value, CultureInfo.InvariantCulture)));
        string[] cells = [.. rows.SelectMany(r => r.EnumerateArray()).Where(c => c.ValueKind == JsonValueKind.String).Select(c => c.GetString()!)];
        Assert.Equal(
            cells.Where(c => c.Length > 0), page.Descendants("td").Where(d => d.Attribute("class") is null && d.Value.Length > 0).Select(d => d.Value));
        Assert.Equal($"SimPO: {Hostile}", page.Descendants("title").Single().Value);
        string[] allowed = ["html", "head", "meta", "title", "link", "style", "body", "h1", "h2", "p", "b", "div", "table", "thead", "tbody", "tr", "th", "td",
            "pre", "svg", "text", "path", "polyline"];
        Assert.All(page.DescendantsAndSelf(), e => Assert.Contains(e.Name.LocalName, allowed));
        Assert.DoesNotContain(page.Descendants().Attributes(), a => a.Value.Contains("//", StringComparison.Ordinal)); // nothing from a network
        Assert.InRange(report.ToHtml().Length, 1000, 2_000_000);
        Assert.DoesNotContain("<img", report.ToMarkdown(), StringComparison.Ordinal);
        string[] card = [.. report.ToMarkdown().Split('\n').Where(l => l.StartsWith('|'))];
        Assert.Equal(rows.Length, card.Length - (2 * Regex.Count(report.ToMarkdown(), "(?m)^## ")));
    }

    [Fact]
    public void It_says_what_the_run_was_and_became()
    {
        TrainingRun run = Run("run", 2e-4);
        JsonElement json = JsonDocument.Parse(_context.Alignment.Report(_folder.File("run")).ToJson()).RootElement;
        JsonElement told = json.GetProperty("runs")[0];
        Assert.Equal(("run", "well", 1.25), (told.GetProperty("name").GetString(), told.GetProperty("verdict").GetString(),
            told.GetProperty("target_margin").GetDouble()));
        Assert.Equal(run.Steps.Select(s => ((double)s.Step, s.Loss)), told.GetProperty("series").GetProperty("loss").EnumerateArray().Select(
            p => (p[0].GetDouble(), p[1].GetDouble())), (a, b) => a.Item1 == b.Item1 && Math.Abs(a.Item2 - b.Item2) <= 1e-4 * Math.Abs(a.Item2));
        Dictionary<string, JsonElement> tables = json.GetProperty("tables").EnumerateArray().ToDictionary(t => t.GetProperty("title").GetString()!,
            t => t.GetProperty("rows"));
        Assert.Equal([0, run.Steps.Count], tables["Held-out pairs, before and after"].EnumerateArray().Select(r => r[0].GetInt32()));
        Assert.Contains(tables["Options"].EnumerateArray(), r => r[0].GetString() == "LearningRate" && r[1].GetString() == "0.0002");
        Assert.Contains(tables["Data"].EnumerateArray(), r => r[0].GetString() == "training: used" && r[1].GetInt64() == run.TrainingData!.Used);
        Assert.Contains(tables["Manifest"].EnumerateArray(), r => r[0].GetString() == "SHA-256 of the encoded pairs" && r[1].GetString()!.Length == 64);
        Assert.Contains(tables["Manifest"].EnumerateArray(), r => r[0].GetString() == "seed" && r[1].GetString() == "5");
    }

    /// <summary>From the log alone, also of a run that goes on; what the model wrote is encoded like everything that comes from elsewhere.</summary>
    [Fact]
    public void Answers_stand_side_by_side_with_the_worst_pairs_and_the_recipe()
    {
        TrainingRun run = Run("run", 2e-4, answers: 2);
        AlignmentRecipe recipe = _context.Alignment.Recipes.Parse(
            "model_name_or_path: a/model\ndataset_mixer: {b/pairs: 1}\nbeta: 3\nbf16: true", RecipeText.Map("a/model", "b/pairs"));
        recipe.SaveSettings(_folder.File("run"));
        AlignmentReport report = _context.Alignment.Report(_folder.File("run"));
        Dictionary<string, string[][]> tables = JsonDocument.Parse(report.ToJson()).RootElement.GetProperty("tables").EnumerateArray().ToDictionary(
            t => t.GetProperty("title").GetString()!,
            t => t.GetProperty("rows").EnumerateArray().Select(r => r.EnumerateArray().Select(c => c.ToString()).ToArray()).ToArray());
        (ValidationResult before, ValidationResult after) = (run.Validations[0], run.Validations[^1]);
        Assert.Equal(
            before.SampleAnswers.Zip(after.SampleAnswers).Select(a => (string[])[a.First.Prompt, a.First.Answer, a.Second.Answer]),
            tables["Answers, before and after"]);
        Assert.Equal(2, after.WorstPairs.Count);
        Assert.Equal(after.WorstPairs.OrderBy(p => p.Margin), after.WorstPairs);
        Assert.True(after.WorstPairs[0].Margin <= after.Metrics.MeanMargin);
        Assert.Equal(
            after.WorstPairs.Select(p => (string[])[ReportContent.Text(ReportContent.Rounded(p.Margin)), p.Prompt, p.Chosen, p.Rejected]),
            tables["Held-out pairs with the lowest margins"]);
        Assert.All(after.WorstPairs, p => Assert.Contains(QuickStartFiles.Pairs(16), q => (q.Chosen.Trim(), q.Rejected.Trim()) == (p.Chosen, p.Rejected)));
        Assert.Contains(tables["Recipe"], r => r is ["beta", "3", "recipe", ""]);
        Assert.Contains(tables["Recipe"], r => r is ["learning_rate", "5e-5", "default", ""]);
        Assert.Contains(tables["Recipe"], r => r is ["bf16", "true", "recipe", var note] && note.StartsWith("no effect: ", StringComparison.Ordinal));
        Assert.Contains("## Answers, before and after", report.ToMarkdown(), StringComparison.Ordinal);
        Assert.Contains(Page(report).Descendants("h2"), h => h.Value == "Recipe");
        File.WriteAllText(_folder.File("run", "recipe.settings.json"), "[");
        Assert.StartsWith(
            $"'{_folder.File("run", "recipe.settings.json")}' is damaged: ",
            Assert.Throws<InvalidDataException>(() => _context.Alignment.Report(_folder.File("run"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_runs_stand_beside_each_other_with_what_differs_and_a_run_that_is_lost_is_said()
    {
        Run("a", 2e-4);
        Run("b", 2e-2);
        AlignmentReport report = _context.Alignment.Report(_folder.File("a"), _folder.File("b"));
        JsonElement json = JsonDocument.Parse(report.ToJson()).RootElement;
        Assert.Equal(["well", "lost"], json.GetProperty("runs").EnumerateArray().Select(r => r.GetProperty("verdict").GetString()));
        JsonElement differing = json.GetProperty("tables").EnumerateArray().Single(t => t.GetProperty("title").GetString() == "Options that differ");
        Assert.Equal(["LearningRate", "0.0002", "0.02"], differing.GetProperty("rows").EnumerateArray().Single().EnumerateArray().Select(c => c.GetString()));
        XElement page = Page(report);
        Assert.Equal(8, page.Descendants("svg").Count());
        Assert.All(page.Descendants("svg"), svg => Assert.Equal(2, svg.Elements("polyline").Count()));
        string path = _folder.File("report.html");
        report.SaveHtml(path);
        Assert.Equal(report.ToHtml(), File.ReadAllText(path));
        ArgumentException none = Assert.Throws<ArgumentException>(() => _context.Alignment.Report());
        Assert.StartsWith("There must be a run to report.", none.Message, StringComparison.Ordinal);
    }

    private static XElement Page(AlignmentReport report)
    {
        string html = report.ToHtml();
        Assert.StartsWith("<!DOCTYPE html>\n", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        return XElement.Parse(html[html.IndexOf('\n', StringComparison.Ordinal)..].Trim());
    }

    private TrainingRun Run(string name, double rate, int answers = 0)
    {
        SimPOTrainer.Options options = QuickStartFiles.Options(o =>
            (o.LearningRate, o.Epochs, o.OutputPath, o.ValidationFraction, o.SampleAnswers) = (rate, 3, _folder.File(name), 0.25, answers));
        using AlignmentTransformer model = _context.Alignment.Trainers.SimPO(options).Fit(_context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(16)));
        return model.TrainingRun;
    }
}
