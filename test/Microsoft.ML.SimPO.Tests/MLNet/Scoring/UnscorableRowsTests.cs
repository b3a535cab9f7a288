using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO;

/// <summary>Rows that a model has no number for, and rows that are scored by a part of them.</summary>
public sealed class UnscorableRowsTests
{
    private readonly List<string> _warnings = [];
    private readonly MLContext _context = new(seed: 1);

    public UnscorableRowsTests() => _context.Log += (_, e) =>
    {
        if (e.Kind == ChannelMessageKind.Warning) _warnings.Add(e.RawMessage);
    };

    [Fact]
    public void A_score_that_is_no_finite_number_is_an_error_that_names_its_row()
    {
        using AlignmentTransformer model = _context.Alignment.LoadModel(QuickStartFiles.Model, QuickStartFiles.Options());
        model.Model.Decoder.FinalNorm.Weight!.Value.fill_(float.NaN);
        IDataView scored = model.Transform(_context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(3)));
        using DataViewRowCursor cursor = scored.GetRowCursor([scored.Schema["Margin"]]);
        ValueGetter<float> get = cursor.GetGetter<float>(scored.Schema["Margin"]);
        float margin = 0;
        for (int row = 1; cursor.MoveNext(); row++)
        {
            Assert.Equal(
                $"Row {row} cannot be scored: its reward is NaN, no finite number. The model's weights are damaged, or its training diverged.",
                Assert.Throws<InvalidOperationException>(() => get(ref margin)).Message);
        }
        Assert.Throws<InvalidOperationException>(() => _context.Alignment.Evaluate(scored));
    }

    [Fact]
    public void Rewards_that_are_no_finite_numbers_are_not_averaged()
    {
        IDataView data = _context.Data.LoadFromEnumerable(new[]
        {
            new { ChosenReward = 1f, RejectedReward = 0f }, new { ChosenReward = float.NaN, RejectedReward = 0f },
        });
        Assert.Equal(
            "Row 2 cannot be evaluated: its rewards are NaN and 0, and not both finite numbers.",
            Assert.Throws<InvalidOperationException>(() => _context.Alignment.Evaluate(data)).Message);
    }

    /// <summary>Its end token alone would be scored, and might look better than any answer.</summary>
    [Theory]
    [InlineData("yes", " \u200B", "its rejected answer is empty")]
    [InlineData("", "no", "its chosen answer is empty")]
    [InlineData(null, null, "its chosen answer and its rejected answer are empty")]
    [InlineData("[{\"role\": \"assistant\", \"content\": \" \"}]", "no", "its chosen answer is empty")]
    public void A_missing_answer_is_an_error_that_names_its_row(string? chosen, string? rejected, string what)
    {
        using AlignmentTransformer model = _context.Alignment.LoadModel(QuickStartFiles.Model);
        IDataView rows = _context.Data.LoadFromEnumerable(new[]
        {
            new { Prompt = "q", Chosen = (string?)"yes", Rejected = (string?)"no" }, new { Prompt = "q", Chosen = chosen, Rejected = rejected },
        });
        Assert.Equal(
            $"Row 2 cannot be scored: {what}. Remove the row, or set `MissingAnswers` to NotANumber to have no score of such rows.",
            Assert.Throws<InvalidDataException>(() => model.Transform(rows).GetColumn<float>("Margin").Count()).Message);
        Assert.Throws<InvalidDataException>(() => _context.Alignment.Evaluate(model.Transform(rows)));
    }

    [Fact]
    public void By_option_a_row_without_an_answer_has_no_score_and_the_others_have_theirs()
    {
        using AlignmentTransformer model = _context.Alignment.LoadModel(
            QuickStartFiles.Model, new ScoringOptions { MissingAnswers = MissingAnswers.NotANumber });
        TextPair[] pairs = QuickStartFiles.Pairs(3);
        IDataView whole = _context.Data.LoadFromEnumerable(pairs);
        TextPair lacking = new() { Prompt = pairs[0].Prompt, Chosen = pairs[0].Chosen, Rejected = "" };
        IDataView scored = model.Transform(_context.Data.LoadFromEnumerable(new[] { pairs[0], lacking, pairs[1], pairs[2], lacking }));
        float[] expected = [.. model.Transform(whole).GetColumn<float>("Margin")];
        Assert.Equal(
            [expected[0], float.NaN, expected[1], expected[2], float.NaN], scored.GetColumn<float>("Margin"),
            (a, b) => Math.Abs(a - b) < 1e-5 || a.Equals(b));
        foreach (string column in new[] { "ChosenReward", "RejectedReward", "Score", "Probability" })
            Assert.Equal([false, true, false, false, true], scored.GetColumn<float>(column).Select(float.IsNaN));
        Assert.Equal([false, false], scored.GetColumn<bool>("PredictedLabel").Where((_, i) => i is 1 or 4));

        AlignmentMetrics metrics = _context.Alignment.Evaluate(scored);
        Assert.Equal((3, _context.Alignment.Evaluate(model.Transform(whole)).MeanMargin), (metrics.Count, metrics.MeanMargin), (a, b) =>
            a.Item1 == b.Item1 && Math.Abs(a.MeanMargin - b.MeanMargin) < 1e-6);
        Assert.Contains("2 rows are left out, for they have no rewards: an answer is missing.", _warnings);

        ITransformer scorer = _context.Alignment.Transforms.ScoreResponses(model, responseColumnName: "Rejected").Fit(whole);
        IDataView answers = scorer.Transform(_context.Data.LoadFromEnumerable(new[] { pairs[0], lacking }));
        Assert.Equal([false, true], answers.GetColumn<float>("Reward").Select(float.IsNaN));
        using PredictionEngine<TextPair, ScoredPair> engine = _context.Model.CreatePredictionEngine<TextPair, ScoredPair>(model);
        Assert.True(float.IsNaN(engine.Predict(lacking).Margin));
    }

    /// <summary>A fit drops such a pair and says so; a transformer scores what is left of it, and says that.</summary>
    [Fact]
    public void Rows_that_are_cut_to_be_scored_are_told_at_powers_of_ten()
    {
        using AlignmentTransformer model = _context.Alignment.LoadModel(
            QuickStartFiles.Model, QuickStartFiles.Options(o => (o.MaxLength, o.MaxPromptLength) = (24, 16)));
        string many = string.Concat(Enumerable.Repeat("order ", 40));
        TextPair[] rows =
        [
            new() { Prompt = "Hi", Chosen = "Yes", Rejected = "No" },
            .. Enumerable.Range(0, 11).Select(i => new TextPair { Prompt = "Hi", Chosen = many, Rejected = $"No {i}" }),
            new() { Prompt = many, Chosen = "Yes", Rejected = "No" },
        ];
        IDataView scored = model.Transform(_context.Data.LoadFromEnumerable(rows));
        Assert.Equal(rows.Length, scored.GetColumn<float>("Margin").Count());
        const string cut = "that was cut to fit `MaxLength` 24 and `MaxPromptLength` 16.";
        Assert.Equal(
            [
                $"Row 2 has an answer {cut} What is scored is what is left of it. The log will name the tenth such row, the hundredth and so on.",
                $"Row 11 has an answer {cut} What is scored is what is left of it. It is the 10th.",
                $"Row 13 has a prompt {cut} It is scored without its beginning. The log will name the tenth such row, the hundredth and so on.",
            ],
            _warnings.Where(w => w.StartsWith("Row ", StringComparison.Ordinal)));
    }
}
