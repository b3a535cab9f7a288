using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

public class TrainTestSplitTests
{
    private readonly MLContext _context = new(seed: 1);

    [Fact]
    public void No_prompt_stands_on_both_sides_and_no_row_is_lost()
    {
        IDataView data = Rows(100);
        DataOperationsCatalog.TrainTestData parts = _context.Alignment.TrainTestSplit(data, testFraction: 0.2);
        string[] train = Prompts(parts.TrainSet), test = Prompts(parts.TestSet);
        Assert.Equal(100, train.Length + test.Length);
        Assert.Equal(20, test.Length);
        Assert.Empty(train.Select(Normal).Intersect(test.Select(Normal)));
        Assert.Equal(data.Schema.Select(c => c.Name), parts.TestSet.Schema.Select(c => c.Name));
        // Each row keeps its own values, in the order of the data.
        Assert.Equal(Enumerable.Range(0, 100), parts.TrainSet.GetColumn<int>("Row").Concat(parts.TestSet.GetColumn<int>("Row")).Order());
        Assert.Equal(parts.TestSet.GetColumn<int>("Row").Order(), parts.TestSet.GetColumn<int>("Row"));
    }

    [Fact]
    public void The_seed_decides_and_the_order_of_the_rows_does_not()
    {
        string[] Test(IDataView data, int? seed, MLContext? context = null) => [.. Prompts((context ?? _context).Alignment.TrainTestSplit(data, 0.3, seed: seed).TestSet).Order()];
        IDataView data = Rows(60), reversed = _context.Data.LoadFromEnumerable(Items(60).Reverse());
        Assert.Equal(Test(data, 7), Test(reversed, 7));
        Assert.NotEqual(Test(data, 7), Test(data, 8));
        Assert.Equal(Test(data, 7), Test(data, null, new MLContext(seed: 7)));
    }

    [Fact]
    public void Nothing_is_read_before_a_row_is_asked_for()
    {
        var counting = new CountingDataView(Rows(20));
        DataOperationsCatalog.TrainTestData parts = _context.Alignment.TrainTestSplit(counting);
        Assert.Equal(0, counting.Cursors);
        Assert.NotEmpty(Prompts(parts.TrainSet));
        Assert.NotEmpty(Prompts(parts.TestSet));
        Assert.Equal(3, counting.Cursors); // the prompts once, and each part
    }

    [Fact]
    public void A_part_is_a_data_view_like_any_other()
    {
        IDataView part = _context.Alignment.TrainTestSplit(Rows(40), 0.25).TrainSet;
        new EstimatorContract(_context.Transforms.CopyColumns("Copy", "Prompt"), part, _context.Data.LoadFromEnumerable([new { Other = 1 }])).Check();
        Assert.Equal(30, Prompts(_context.Data.ShuffleRows(part, seed: 3)).Length);
        Assert.Equal(5, Prompts(_context.Data.TakeRows(part, 5)).Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void A_fraction_out_of_range_is_refused(double fraction) => Assert.StartsWith(
        FormattableString.Invariant($"`testFraction` must be above 0 and below 1, but was {fraction}. Use 0.05 to 0.2."),
        Assert.Throws<ArgumentOutOfRangeException>(() => _context.Alignment.TrainTestSplit(Rows(10), fraction)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_missing_column_is_named() => Assert.Equal(
        "Could not find prompt column 'Question' (Parameter 'data')",
        Assert.Throws<ArgumentOutOfRangeException>(() => _context.Alignment.TrainTestSplit(Rows(10), 0.1, "Question")).Message);

    private static string Normal(string prompt) => string.Join(' ', prompt.ToUpperInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static string[] Prompts(IDataView data) => [.. data.GetColumn<string>("Prompt")];

    private IDataView Rows(int count) => _context.Data.LoadFromEnumerable(Items(count));

    /// <summary>Each prompt twice, the second time in other letters.</summary>
    private static IEnumerable<NumberedPrompt> Items(int count) =>
        Enumerable.Range(0, count).Select(i => new NumberedPrompt { Row = i, Prompt = i % 2 == 0 ? $"Question {i / 2}" : $" question  {i / 2}" });

    private sealed class NumberedPrompt
    {
        public int Row { get; set; }

        public string Prompt { get; set; } = "";
    }
}
