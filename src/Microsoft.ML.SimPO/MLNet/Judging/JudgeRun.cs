using Microsoft.Extensions.AI;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO;

/// <summary>Reads prompts and answers, has them judged and sums up.</summary>
internal sealed class JudgeRun(MLContext context, IChatClient client, JudgeOptions options, int seed)
{
    /// <summary>The most tokens of an answer whose generation is left to us.</summary>
    private const int AnswerTokens = 1024;

    public JudgeResult Run(AlignmentTransformer model, AlignmentTransformer baseline, IDataView prompts, CancellationToken cancellationToken)
    {
        options.Validate(nameof(options));
        Check(prompts.Schema, nameof(prompts), [options.PromptColumnName]);
        string[] asked = Texts(prompts, options.PromptColumnName);
        double[]? difficulties = Difficulties(prompts);
        return Run(asked, Answers(model, asked, cancellationToken), Answers(baseline, asked, cancellationToken), difficulties, cancellationToken);
    }

    public JudgeResult Run(IDataView answers, CancellationToken cancellationToken)
    {
        options.Validate(nameof(options));
        string[] columns = [options.PromptColumnName, options.AnswerColumnName, options.BaselineColumnName];
        Check(answers.Schema, nameof(answers), columns);
        string[][] texts = [.. columns.Select(c => Texts(answers, c))];
        return Run(texts[0], texts[1], texts[2], Difficulties(answers), cancellationToken);
    }

    public JudgeResult Run(
        IReadOnlyList<string> prompts, IReadOnlyList<string> answers, IReadOnlyList<string> baselines, double[]? difficulties,
        CancellationToken cancellationToken)
    {
        if (prompts.Count == 0) throw new InvalidOperationException("There is nothing to judge: the data hold no rows.");
        using var cache = new VerdictCache(options.CachePath);
        var judge = new PairwiseJudge(client, options, cache);
        (JudgeVerdict? AnswerFirst, JudgeVerdict? BaselineFirst)[] said =
            judge.Compare([.. prompts.Select((p, i) => new PairwiseJudge.Comparison(p, answers[i], baselines[i]))], cancellationToken);
        JudgedPrompt[] judged = [.. said.Select((s, i) => new JudgedPrompt(prompts[i], answers[i], baselines[i])
        {
            ShownFirst = Share(s.AnswerFirst, JudgeVerdict.First), ShownSecond = Share(s.BaselineFirst, JudgeVerdict.Second),
        })];
        if (judged.All(j => double.IsNaN(j.Preference)))
            throw new InvalidOperationException("Of no prompt were both orders judged: every one has a call that failed. Run it again with `CachePath`.");
        int unclear = said.Sum(s => (s.AnswerFirst == JudgeVerdict.Unclear ? 1 : 0) + (s.BaselineFirst == JudgeVerdict.Unclear ? 1 : 0));
        JudgeResult result = JudgeSum.Of(judged, difficulties, options, seed, judge.Usage, unclear);
        Warn(result);
        return result;
    }

    /// <summary>What the answer gets of a verdict.</summary>
    private static double Share(JudgeVerdict? verdict, JudgeVerdict own) => verdict switch
    {
        null => double.NaN,
        JudgeVerdict.Tie or JudgeVerdict.Unclear => 0.5,
        { } other => other == own ? 1 : 0,
    };

    private void Warn(JudgeResult result)
    {
        IHost host = ((IHostEnvironment)context).RegisterOwn("AlignmentJudge");
        using IChannel channel = host.Start("Judge");
        if (result.Unclear > 0)
            channel.Warning(FormattableString.Invariant($"{result.Unclear} replies of the judge say neither A, B nor T, and count as ties."));
        if (result.Failed > 0)
            channel.Warning(FormattableString.Invariant($"{result.Failed} of {result.Judgements.Count} prompts were left out, for calls of the judge failed."));
        channel.Info(result.ToString());
    }

    private void Check(DataViewSchema schema, string parameter, string[] texts)
    {
        var check = new ColumnCheck(((IHostEnvironment)context).RegisterOwn("AlignmentJudge"), schema);
        foreach (string name in texts) check.Text("text", name);
        if (options.DifficultyColumnName is { } difficulty) check.Number("difficulty", difficulty);
        check.ThrowIfFaulty(parameter);
    }

    private string[] Texts(IDataView data, string column) =>
        [.. data.GetColumn<ReadOnlyMemory<char>>(column).Take(options.MaxPrompts ?? int.MaxValue).Select(t => t.ToString())];

    private double[]? Difficulties(IDataView data)
    {
        if (options.DifficultyColumnName is not { } column) return null;
        double[] values = [.. data.GetColumn<float>(column).Take(options.MaxPrompts ?? int.MaxValue).Select(v => (double)v)];
        int bad = Array.FindIndex(values, v => !double.IsFinite(v));
        return bad < 0 ? values : throw new InvalidDataException(
            FormattableString.Invariant($"Row {bad} has no number as its difficulty in '{column}'. Fill it in, or leave the row out."));
    }

    private IReadOnlyList<string> Answers(AlignmentTransformer model, string[] prompts, CancellationToken cancellationToken) => model.Generate(
        prompts, options.Generation ?? model.GreedyGeneration(AnswerTokens), cancellationToken);
}
