namespace Microsoft.ML.SimPO;

/// <summary>How a notebook shows a <see cref="JudgeResult"/>.</summary>
internal sealed class JudgeDisplay() : HtmlFormatterSource<JudgeResult>(Html)
{
    private const int Shown = 8;

    public static string Html(JudgeResult r)
    {
        HtmlTable figures = HtmlTable.With(null, "", "")
            .Row("prompts", r.Count).Row("won", r.Wins).Row("tied", r.Ties).Row("lost", r.Losses).Row("failed", r.Failed)
            .Row("win rate", r.WinRate).Row("win rate, 95 % from", r.WinRateInterval.Lower).Row("win rate, 95 % to", r.WinRateInterval.Upper)
            .Row("length-controlled win rate", r.LengthControlledWinRate)
            .Row("length-controlled, 95 % from", r.LengthControlledInterval.Lower).Row("length-controlled, 95 % to", r.LengthControlledInterval.Upper)
            .Row("both orders agree", r.OrderAgreement).Row("shown first wins", r.FirstPlaceRate)
            .Row("mean characters", r.MeanLength).Row("mean characters of the baseline", r.MeanBaselineLength)
            .Row("unclear replies", r.Unclear).Row("input tokens", r.InputTokens).Row("output tokens", r.OutputTokens).Row("cost", r.Cost);
        HtmlTable prompts = HtmlTable.With($"the first {Math.Min(Shown, r.Judgements.Count)} prompts", "prompt", "answer", "baseline", "preference");
        foreach (JudgedPrompt judged in r.Judgements.Take(Shown)) prompts.Row(judged.Prompt, judged.Answer, judged.Baseline, judged.Preference);
        return $"{figures}{prompts}";
    }
}
