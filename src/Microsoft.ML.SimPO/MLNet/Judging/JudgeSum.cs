using System.Text;

namespace Microsoft.ML.SimPO;

/// <summary>The figures of what was judged.</summary>
internal static class JudgeSum
{
    private const double Lowest = 0.025, Highest = 0.975;

    /// <param name="difficulties">Of each row; null for none.</param>
    public static JudgeResult Of(IReadOnlyList<JudgedPrompt> all, double[]? difficulties, JudgeOptions options, int seed, JudgeUsage usage, int unclear)
    {
        int[] judged = [.. Enumerable.Range(0, all.Count).Where(i => !double.IsNaN(all[i].Preference))];
        JudgedPrompt[] rows = [.. judged.Select(i => all[i])];
        var figures = new Figures(
            [.. rows.Select(r => r.Preference)], [.. rows.Select(r => (double)(Characters(r.Answer) - Characters(r.Baseline)))],
            difficulties is null ? null : [.. judged.Select(i => difficulties[i])]);
        double[] shares = [.. rows.SelectMany(r => new[] { r.ShownFirst, 1 - r.ShownSecond })]; // of the answer that is shown first
        (ConfidenceInterval winRate, ConfidenceInterval controlled) = Intervals(rows, figures, options.Resamples, seed);
        return new JudgeResult(all)
        {
            Count = rows.Length,
            Failed = all.Count - rows.Length,
            WinRate = figures.WinRate,
            WinRateInterval = winRate,
            LengthControlledWinRate = figures.LengthControlled,
            LengthControlledInterval = controlled,
            OrderAgreement = rows.Average(r => r.ShownFirst == r.ShownSecond ? 1.0 : 0),
            FirstPlaceRate = shares.Any(s => s != 0.5) ? shares.Where(s => s != 0.5).Average() : double.NaN,
            MeanLength = rows.Average(r => (double)Characters(r.Answer)),
            MeanBaselineLength = rows.Average(r => (double)Characters(r.Baseline)),
            Unclear = unclear,
            Cached = usage.Cached,
            Retried = usage.Retried,
            InputTokens = usage.InputTokens,
            OutputTokens = usage.OutputTokens,
            Cost = ((usage.InputTokens * options.InputPrice) + (usage.OutputTokens * options.OutputPrice)) / 1e6,
        };
    }

    /// <summary>Unicode's characters, as Python counts them.</summary>
    private static int Characters(string text) => text.EnumerateRunes().Count();

    private static (ConfidenceInterval WinRate, ConfidenceInterval Controlled) Intervals(JudgedPrompt[] rows, Figures figures, int resamples, int seed)
    {
        int[][] prompts = [.. Enumerable.Range(0, rows.Length).GroupBy(i => rows[i].Prompt, StringComparer.Ordinal).Select(g => g.ToArray())];
        var random = new Random(seed);
        double[] rates = new double[resamples], controlled = new double[resamples];
        for (int sample = 0; sample < resamples; sample++)
        {
            Figures drawn = figures.Of([.. Enumerable.Range(0, prompts.Length).SelectMany(_ => prompts[random.Next(prompts.Length)])]);
            (rates[sample], controlled[sample]) = (drawn.WinRate, drawn.LengthControlled);
        }
        return (Interval(rates), Interval(controlled));
    }

    private static ConfidenceInterval Interval(double[] values)
    {
        Array.Sort(values);
        double At(double share) => values[(int)Math.Round(share * (values.Length - 1))];
        return new ConfidenceInterval(At(Lowest), At(Highest));
    }

    private sealed record Figures(double[] Preferences, double[] Lengths, double[]? Difficulties)
    {
        public double WinRate => Preferences.Average();

        public double LengthControlled => LengthControl.WinRate(Preferences, Lengths, Difficulties);

        public Figures Of(int[] rows) =>
            new([.. rows.Select(i => Preferences[i])], [.. rows.Select(i => Lengths[i])], Difficulties is null ? null : [.. rows.Select(i => Difficulties[i])]);
    }
}
