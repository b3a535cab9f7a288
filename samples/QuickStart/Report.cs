using System.Globalization;

namespace QuickStart;

/// <summary>What a person sees at the end.</summary>
internal static class Report
{
    public static void Table(Snapshot before, Snapshot after)
    {
        Console.WriteLine();
        Console.WriteLine("On unseen prompts                     before     after");
        Row("reward accuracy", before.Metrics.Accuracy, after.Metrics.Accuracy, "P1");
        Row("mean margin", before.Metrics.MeanMargin, after.Metrics.MeanMargin, "F3");
        Row("SimPO loss", before.Metrics.LogLoss, after.Metrics.LogLoss, "F4");
        if (before.PreferredStyle is { } styleBefore && after.PreferredStyle is { } styleAfter)
            Row("answers in the preferred style", styleBefore, styleAfter, "P1");
        if (before.Facts is { } factsBefore && after.Facts is { } factsAfter) Row("answers with the right facts", factsBefore, factsAfter, "P1");
    }

    public static void Samples(IReadOnlyList<string> prompts, Snapshot before, Snapshot after, int count)
    {
        for (int i = 0; i < Math.Min(count, prompts.Count); i++)
        {
            Console.WriteLine();
            Console.WriteLine($"  {Shown(prompts[i])}");
            Console.WriteLine($"    before: {Shown(before.Answers[i])}");
            Console.WriteLine($"    after:  {Shown(after.Answers[i])}");
        }
    }

    private static void Row(string what, double before, double after, string format) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"  {what,-32}{before.ToString(format, CultureInfo.InvariantCulture),10}{after.ToString(format, CultureInfo.InvariantCulture),10}"));

    private static string Shown(string text)
    {
        const int longest = 160;
        string line = text.ReplaceLineEndings(" ").Trim();
        return line.Length <= longest ? line : line[..longest] + " ...";
    }
}
