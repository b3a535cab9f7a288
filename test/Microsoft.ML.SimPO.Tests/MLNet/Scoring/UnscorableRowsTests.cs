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
        model.Model.Decoder.FinalNorm.Weight.Value.fill_(float.NaN);
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
