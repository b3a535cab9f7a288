namespace Microsoft.ML.SimPO;

/// <summary>Data that gives other rows each time it is read: wherever a second pass builds on a first, that is one clear error.</summary>
public sealed class ChangingDataTests
{
    private const string WhatToDo = ". Cache it, or load it from a source that does not change.";

    private readonly MLContext _context = new(seed: 1);

    [Theory]
    [InlineData(1, "11 when prompts were dealt out, and 10 now")] // the part's own pass begins first
    [InlineData(-1, "9 when prompts were dealt out, and 10 now")]
    [InlineData(0, "10 as when prompts were dealt out, but of other prompts")]
    public void A_split_says_so_on_either_side(int growth, string what)
    {
        DataOperationsCatalog.TrainTestData split = _context.Alignment.TrainTestSplit(Changing(10, growth), 0.3);
        foreach (IDataView part in new[] { split.TrainSet, split.TestSet })
        {
            string message = Assert.Throws<InvalidOperationException>(() => part.Preview(maxRows: 100)).Message;
            Assert.StartsWith("The data gives other rows each time it is read: ", message, StringComparison.Ordinal);
            Assert.EndsWith(WhatToDo, message, StringComparison.Ordinal);
            if (part == split.TrainSet) Assert.Equal($"The data gives other rows each time it is read: {what}{WhatToDo}", message);
        }
    }

    [Fact]
    public void Folds_say_so_too() => Assert.StartsWith(
        "The data gives other rows each time it is read: ",
        Assert.Throws<InvalidOperationException>(() => _context.Alignment.CrossValidate(
            Changing(10, 1), _context.Alignment.Trainers.SimPO(QuickStartFiles.Options()), numberOfFolds: 2)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_fit_that_holds_out_validation_data_says_so() => Assert.Equal(
        $"The data gives other rows each time it is read: 10 as when prompts were dealt out, but of other prompts{WhatToDo}",
        Assert.Throws<InvalidOperationException>(
            () => _context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o => o.ValidationFraction = 0.2)).Fit(Changing(10, 0))).Message);

    /// <summary>Labels of other rows, without a word: that is what it would be.</summary>
    [Theory]
    [InlineData(true, "row 1 is another now")]
    [InlineData(false, "5 at first, and 4 now")]
    public void Labels_are_never_those_of_other_rows(bool turnsRound, string what)
    {
        int pass = 0;
        IEnumerable<LabelledAnswer> Answers()
        {
            bool isFirst = pass++ == 0;
            int[] rows = [.. Enumerable.Range(0, isFirst || turnsRound ? 5 : 4)];
            return (isFirst || !turnsRound ? rows : rows.Reverse()).Select(i => new LabelledAnswer { Prompt = $"Why {i}?", Response = "So.", Label = i < 2 });
        }
        var options = new KtoTrainer.Options { ModelPath = QuickStartFiles.Model, Rows = RowKind.Responses, BatchSize = 2 };
        AssertOtherRows(what, () => _context.Alignment.Trainers.Kto(options).Fit(_context.Data.LoadFromEnumerable(new EachTime<LabelledAnswer>(Answers))));
    }

    [Fact]
    public void Reference_columns_are_never_those_of_other_rows()
    {
        int pass = 0;
        IEnumerable<ReferencedPair> Pairs()
        {
            int turn = pass++;
            return Enumerable.Range(0, 5).Select(i => (i + turn) % 5)
                .Select(i => new ReferencedPair { Prompt = $"Why {i}?", Chosen = "So.", Rejected = "No.", First = -i, Second = -2 });
        }
        var options = new DpoTrainer.Options
        {
            ModelPath = QuickStartFiles.Model, BatchSize = 2, ReferenceChosenColumnName = "First", ReferenceRejectedColumnName = "Second",
        };
        AssertOtherRows(
            "row 1 is another now", () => _context.Alignment.Trainers.Dpo(options).Fit(_context.Data.LoadFromEnumerable(new EachTime<ReferencedPair>(Pairs))));
    }

    private static void AssertOtherRows(string what, Action fit) =>
        Assert.Equal($"The data gives other rows each time it is read: {what}{WhatToDo}", Assert.Throws<InvalidOperationException>(fit).Message);

    /// <param name="growth">By how many rows each pass has more than the one before; 0 for as many, of other prompts.</param>
    private IDataView Changing(int count, int growth)
    {
        int pass = 0;
        IEnumerable<TextPair> Rows()
        {
            int turn = pass++;
            return Enumerable.Range(growth == 0 ? turn : 0, count + (growth * turn))
                .Select(i => new TextPair { Prompt = $"Why {i}?", Chosen = "So.", Rejected = "No." });
        }
        return _context.Data.LoadFromEnumerable(new EachTime<TextPair>(Rows));
    }

    private sealed class EachTime<T>(Func<IEnumerable<T>> make) : IEnumerable<T>
    {
        public IEnumerator<T> GetEnumerator() => make().GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class LabelledAnswer
    {
        public string Prompt { get; set; } = "";

        public string Response { get; set; } = "";

        public bool Label { get; set; }
    }

    private sealed class ReferencedPair
    {
        public string Prompt { get; set; } = "";

        public string Chosen { get; set; } = "";

        public string Rejected { get; set; } = "";

        public float First { get; set; }

        public float Second { get; set; }
    }
}
