using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

public class EvaluateTests
{
    private readonly MLContext _context = new(seed: 1);

    [Fact]
    public void Groups_and_length_come_from_columns_of_the_data()
    {
        IDataView data = _context.Data.LoadFromEnumerable(
        [
            new { ChosenReward = -1f, RejectedReward = -2f, Chosen = "long answer", Rejected = "short", Topic = 2 },
            new { ChosenReward = -1f, RejectedReward = -1.5f, Chosen = "longer", Rejected = "short", Topic = 10 },
            new { ChosenReward = -2f, RejectedReward = -1f, Chosen = "tiny", Rejected = "enormous", Topic = 2 },
        ]);
        AlignmentMetrics all = _context.Alignment.Evaluate(data, groupColumnName: "Topic");
        Assert.Equal(["10", "2"], all.Groups.Keys);
        Assert.Equal((2, 0.5, 1, 1.0), (all.Groups["2"].Count, all.Groups["2"].Accuracy, all.Groups["10"].Count, all.Groups["10"].Accuracy));
        // Margins 1, 0.5, -1; leads of 6, 1 and -4 characters.
        Assert.Equal(((5 / 6.0 * 5) + (1 / 3.0 * 0) + (-7 / 6.0 * -5)) / Math.Sqrt(((25 + 4 + 49) / 36.0) * 50), all.LengthCorrelation!.Value, 1e-9);
        Assert.Null(_context.Alignment.Evaluate(_context.Transforms.DropColumns("Chosen").Fit(data).Transform(data)).LengthCorrelation);
        Assert.Empty(_context.Alignment.Evaluate(data).Groups);
    }

    [Fact]
    public void Columns_that_are_named_must_be_there()
    {
        IDataView data = _context.Data.LoadFromEnumerable([new { ChosenReward = -1f, RejectedReward = -2f, Topic = new[] { 1f, 2f }, Chosen = 3f }]);
        string expected = string.Join(Environment.NewLine,
            "Schema mismatch for chosen column 'Chosen': expected String, got Single",
            "Could not find rejected column 'Bad'",
            "Schema mismatch for group column 'Topic': expected one value, got Vector<Single> (Parameter 'data')");
        Assert.Equal(expected, Assert.Throws<ArgumentOutOfRangeException>(() => _context.Alignment.Evaluate(data, chosenColumnName: "Chosen", rejectedColumnName: "Bad", groupColumnName: "Topic")).Message);
        Assert.Null(_context.Alignment.Evaluate(data).LengthCorrelation);
    }
}
