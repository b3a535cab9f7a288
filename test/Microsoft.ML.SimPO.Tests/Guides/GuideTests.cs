using System.Globalization;
using System.Text.RegularExpressions;

namespace Microsoft.ML.SimPO;

/// <summary>Every snippet of docs/guides is compiled here and run, guide by guide, in a folder with a model and pairs.</summary>
public sealed class GuideTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("simpo-guide-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // That of data is tested in DataGuideTests: it needs other files, and its result is rows.
    [Fact]
    public void Every_guide_is_tested() => Assert.Equal(
        ["data", "evaluate", "fit", "save", "select", "serve"], Directory.EnumerateFiles(Repository.PathOf("docs", "guides"), "*.md").Select(Path.GetFileNameWithoutExtension).Order());

    [Theory]
    [InlineData("fit", @"(?s)pairs kept 24.*SimPOTrainer; Training.*1/\d loss \d.*epoch 0: accuracy \d.*epoch 1: accuracy")]
    [InlineData("evaluate", @"(?s)accuracy \d.*from \d.*mean margin.*log-probability of chosen answers -0\.\d+ nats.*(long|short) prompts: \d+ pairs.*cross-validated accuracy \d")]
    [InlineData("select", @"(?s)trial.*LearningRate.*LossType.*best.*best: learning rate \S+, accuracy \d")]
    [InlineData("serve", @"(?s)margin -?\d+\.\d{3}, chosen is better: (True|False).*reward -\d.*reward -\d.*\n.{10,}")]
    [InlineData("save", "3 input columns, equal scores: True")]
    public void A_guide_shows_what_runs_here(string name, string output)
    {
        string source = File.ReadAllText(Repository.PathOf("test", "Microsoft.ML.SimPO.Tests", "Guides", $"{char.ToUpperInvariant(name[0])}{name[1..]}Guide.cs")).ReplaceLineEndings("\n");
        string[] lines = Regex.Match(source, @"// <guide>\n(.*?)\n *// </guide>", RegexOptions.Singleline).Groups[1].Value.Split('\n');
        string shown = string.Join("\n\n", Regex.Matches(File.ReadAllText(Repository.PathOf("docs", "guides", name + ".md")).ReplaceLineEndings("\n"), @"```csharp\n(.*?)\n```", RegexOptions.Singleline).Select(m => m.Groups[1].Value));
        Assert.Equal(shown, string.Join('\n', lines.Select(line => line.Length > 8 ? line[8..] : "")));
        Assert.Matches(output, Run(name));
    }

    private string Run(string name)
    {
        string sample = Repository.PathOf("samples", "QuickStart");
        File.WriteAllLines(Path.Combine(_folder, "train.jsonl"), File.ReadLines(Path.Combine(sample, "data", "train.jsonl")).Take(24));
        File.WriteAllLines(Path.Combine(_folder, "test.jsonl"), File.ReadLines(Path.Combine(sample, "data", "test.jsonl")).Take(12));
        Directory.CreateDirectory(Path.Combine(_folder, "model"));
        foreach (string file in Directory.EnumerateFiles(Path.Combine(sample, "model"))) File.Copy(file, Path.Combine(_folder, "model", Path.GetFileName(file)));
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using TextWriter console = TextWriter.Synchronized(text); // progress comes on other threads
        (string folder, CultureInfo culture, TextWriter output) = (Environment.CurrentDirectory, CultureInfo.CurrentCulture, Console.Out);
        try
        {
            Environment.CurrentDirectory = _folder;
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            Console.SetOut(console);
            Action program = name switch
            {
                "fit" => FitGuide.Run,
                "evaluate" => EvaluateGuide.Run,
                "select" => SelectGuide.Run,
                "serve" => ServeGuide.Run,
                _ => SaveGuide.Run,
            };
            program();
        }
        finally
        {
            Console.SetOut(output);
            CultureInfo.CurrentCulture = culture;
            Environment.CurrentDirectory = folder;
        }
        return text.ToString().ReplaceLineEndings("\n");
    }
}
