using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

public sealed class SchemaTests(TunedModel model) : IClassFixture<TunedModel>
{
    private readonly MLContext _context = model.Context;

    [Fact]
    public void A_column_whose_name_differs_in_case_alone_is_named()
    {
        IDataView data = _context.Data.LoadFromEnumerable([new { prompt = "q", Chosen = "c", Rejected = "r" }]);
        Assert.Equal("Could not find prompt column 'Prompt'. There is 'prompt': give that as the name of the column, for names keep their case (Parameter "
            + "'inputSchema')", Failure(() => model.Transformer.Transform(data)));
    }

    [Fact]
    public void A_missing_column_is_named()
    {
        IDataView data = _context.Data.LoadFromEnumerable([new { Question = "q", Chosen = "c", Rejected = "r" }]);
        Assert.Equal("Could not find prompt column 'Prompt' (Parameter 'inputSchema')", Failure(() => model.Transformer.Transform(data)));
        Assert.Equal("Could not find prompt column 'Prompt' (Parameter 'inputSchema')", Failure(() => model.Transformer.GetOutputSchema(data.Schema)));
        Assert.Equal(
            "Could not find prompt column 'Prompt' (Parameter 'inputSchema')", Failure(() => Trainer().GetOutputSchema(Internals.ShapeOf(data.Schema))));
        Assert.Equal("Could not find prompt column 'Prompt' (Parameter 'inputSchema')", Failure(() => Trainer().Fit(data)));
    }

    [Fact]
    public void Faults_of_several_columns_are_told_at_once()
    {
        IDataView data = _context.Data.LoadFromEnumerable([new { Chosen = 1f, Rejected = true }]);
        string expected = string.Join(Environment.NewLine,
            "Could not find prompt column 'Prompt'",
            "Schema mismatch for chosen column 'Chosen': expected String, got Single",
            "Schema mismatch for rejected column 'Rejected': expected String, got Boolean (Parameter 'inputSchema')");
        Assert.Equal(expected, Failure(() => Trainer().Fit(data)));
        Assert.Equal(expected, Failure(() => Trainer().GetOutputSchema(Internals.ShapeOf(data.Schema))));
        Assert.Equal(expected, Failure(() => model.Transformer.Transform(data)));
        Assert.Equal(expected, Failure(() => model.Transformer.GetRowToRowMapper(data.Schema)));
    }

    [Fact]
    public void Validation_data_is_checked_as_well()
    {
        IDataView data = _context.Data.LoadFromEnumerable([new { Prompt = "q" }]);
        string message = Failure(() => Trainer().Fit(model.Data, data));
        Assert.StartsWith(
            "Could not find chosen column 'Chosen'" + Environment.NewLine + "Could not find rejected column 'Rejected'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_can_have_other_names()
    {
        SimPOTrainer.Options options =
            QuickStartFiles.Options(o => (o.PromptColumnName, o.ChosenColumnName, o.RejectedColumnName) = ("Question", "Good", "Bad"));
        IDataView data =
            _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(8).Select(p => new { Bad = p.Rejected, Good = p.Chosen, Question = p.Prompt, Id = 7 }));
        using AlignmentTransformer tuned = _context.Alignment.Trainers.SimPO(options).Fit(data);
        TunedModel.AssertEqual(model.Scores(model.Data), model.Scores(tuned, data));
        Assert.Equal("Could not find chosen column 'Good'" + Environment.NewLine + "Could not find rejected column 'Bad' (Parameter 'inputSchema')",
            Failure(() => tuned.Transform(_context.Data.LoadFromEnumerable([new { Question = "q" }]))));
    }

    [Fact]
    public void The_schema_that_is_promised_is_the_one_that_comes()
    {
        IDataView data = model.Data;
        DataViewSchema actual = model.Transformer.Transform(data).Schema, promised = model.Transformer.GetOutputSchema(data.Schema);
        string Text(DataViewSchema.Column c) => $"{c.Name} {c.Type} {string.Join(", ", c.Annotations.Schema.Select(a => $"{a.Name} {a.Type}"))}";
        Assert.Equal(promised.Select(Text), actual.Select(Text));
        Assert.Equal(["Prompt", "Chosen", "Rejected", "ChosenReward", "RejectedReward", "Margin", "Score", "PredictedLabel", "Probability"],
            actual.Select(c => c.Name));
        SchemaShape shape = Trainer().GetOutputSchema(Internals.ShapeOf(data.Schema)), actualShape = Internals.ShapeOf(actual);
        string Shape(SchemaShape.Column c) =>
            $"{c.Name} {c.Kind} {c.ItemType} {c.IsKey} [{string.Join(", ", c.Annotations.Select(a => $"{a.Name} {a.Kind} {a.ItemType} {a.IsKey}").Order())}]";
        Assert.Equal(actualShape.Select(Shape).Order(), shape.Select(Shape).Order());
    }

    [Fact]
    public void Score_columns_carry_the_annotations_of_scores()
    {
        DataViewSchema.Column score = model.Transformer.GetOutputSchema(model.Data.Schema)["Score"];
        ReadOnlyMemory<char> kind = default, value = default;
        score.Annotations.GetValue("ScoreColumnKind", ref kind);
        score.Annotations.GetValue("ScoreValueKind", ref value);
        Assert.Equal(("Alignment", "Score"), (kind.ToString(), value.ToString()));
    }

    [Fact]
    public void The_evaluator_checks_its_columns()
    {
        var failure = Assert.Throws<ArgumentOutOfRangeException>(() => _context.Alignment.Evaluate(model.Data));
        Assert.Equal("Could not find chosen reward column 'ChosenReward'" + Environment.NewLine
            + "Could not find rejected reward column 'RejectedReward' (Parameter 'data')", failure.Message);
    }

    private SimPOTrainer Trainer() => _context.Alignment.Trainers.SimPO(QuickStartFiles.Options());

    private static string Failure(Action action) => Assert.Throws<ArgumentOutOfRangeException>(action).Message;
}
