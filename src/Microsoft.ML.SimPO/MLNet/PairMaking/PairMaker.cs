using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Data;

namespace Microsoft.ML.SimPO;

/// <summary>Samples answers to prompts, has them scored, and chooses pairs.</summary>
/// <param name="score">Of prompts with their answers, the score of each answer.</param>
internal sealed class PairMaker(
    MLContext context, AlignmentTransformer model, Func<IReadOnlyList<(string Prompt, string Answer)>, IReadOnlyList<double>> score,
    PairMakingOptions options, int seed)
{
    public MadePairs Run(IDataView prompts, CancellationToken cancellationToken)
    {
        options.Validate(nameof(options));
        IHost host = ((IHostEnvironment)context).RegisterOwn("AlignmentPairs");
        string[] asked = UniquePrompts.Of(host, prompts, options.PromptColumnName, options.MaxPrompts, nameof(prompts));
        (string[][] answers, int known) = Sample(asked, cancellationToken);
        double[][] scores = Score(asked, answers);
        MadePairs made = Choose(asked, answers, scores, known);
        using IChannel channel = host.Start("MakePairs");
        channel.Info(made.ToString());
        if (made.Count == 0) channel.Warning($"No pair was made: {made}. Sample more answers, at a higher temperature, or score them more finely.");
        return made;
    }

    private (string[][] Answers, int Known) Sample(string[] prompts, CancellationToken cancellationToken)
    {
        using AnswerFile? file = options.AnswersPath is { } path ? new AnswerFile(path, AnswerFile.Origin(model, options)) : null;
        string[][] answers = [.. prompts.Select(p => file?.Known.GetValueOrDefault(p) ?? [])];
        AnswerWriter writer = model.Writer;
        (int[] Ids, int Place)[] missing =
            [.. Enumerable.Range(0, prompts.Length).Where(i => answers[i].Length != options.Samples).Select(i => (writer.Encode(prompts[i]), i))];
        // An answer's random numbers are those of its prompt's place, whatever was known.
        writer.WriteSamples(missing, options.Samples, options.Sampling, (i, written) =>
        {
            int place = missing[i].Place;
            answers[place] = [.. written.Select(w => w.Text)];
            file?.Add(prompts[place], answers[place]);
        }, cancellationToken);
        return (answers, prompts.Length - missing.Length);
    }

    private double[][] Score(string[] prompts, string[][] answers)
    {
        (string Prompt, string Answer)[] all = [.. prompts.SelectMany((p, i) => answers[i].Select(a => (p, a)))];
        IReadOnlyList<double> found = score(all);
        for (int i = 0; i < all.Length; i++)
        {
            if (!double.IsFinite(found[i]))
                throw new InvalidDataException(FormattableString.Invariant(
                    $"The score of an answer to '{all[i].Prompt}' must be a finite number, but was {found[i]}. The answer is: {all[i].Answer}"));
        }
        return [.. answers.Select((a, i) => found.Skip(i * options.Samples).Take(options.Samples).ToArray())];
    }

    private MadePairs Choose(string[] prompts, string[][] answers, double[][] scores, int known)
    {
        var random = new Random(seed);
        List<ScoredPairColumns> rows = [];
        int same = 0, ties = 0;
        for (int i = 0; i < prompts.Length; i++)
        {
            int[] written = [.. Enumerable.Range(0, answers[i].Length).Where(a => !string.IsNullOrWhiteSpace(answers[i][a]))];
            if (written.Select(a => answers[i][a]).Distinct(StringComparer.Ordinal).Count() < 2)
            {
                same++;
                continue;
            }
            (int Chosen, int Rejected)[] pairs =
            [
                .. from chosen in written
                   from rejected in written
                   let gap = scores[i][chosen] - scores[i][rejected]
                   where gap > 0 && gap >= options.MinimumGap && answers[i][chosen] != answers[i][rejected]
                   orderby scores[i][chosen] descending, scores[i][rejected]
                   select (chosen, rejected),
            ];
            if (pairs.Length == 0) ties++;
            foreach ((int chosen, int rejected) in Chosen(pairs, random))
                rows.Add(new ScoredPairColumns(new PreferenceRow(
                    prompts[i], answers[i][chosen], answers[i][rejected], (float)scores[i][chosen], (float)scores[i][rejected])));
        }
        return new MadePairs(context.Data.LoadFromEnumerable(rows))
        {
            Count = rows.Count, Prompts = prompts.Length, SameAnswers = same, Ties = ties, Known = known, MeanScore = scores.SelectMany(s => s).Average(),
        };
    }

    /// <param name="pairs">Those of a prompt, the best answer's first, and of them that with the worst.</param>
    private IEnumerable<(int Chosen, int Rejected)> Chosen((int Chosen, int Rejected)[] pairs, Random random) => options.Choice switch
    {
        PairChoice.AllPairs => pairs,
        PairChoice.BestAndRandom when pairs.Length > 0 => [OneOf([.. pairs.Where(p => p.Chosen == pairs[0].Chosen)], random)],
        _ => pairs.Take(1),
    };

    private static (int Chosen, int Rejected) OneOf((int Chosen, int Rejected)[] pairs, Random random) => pairs[random.Next(pairs.Length)];
}
