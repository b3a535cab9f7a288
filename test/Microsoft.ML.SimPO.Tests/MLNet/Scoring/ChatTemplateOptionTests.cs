using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>A chat template that is given in place of the model's own.</summary>
public sealed class ChatTemplateOptionTests : IDisposable
{
    private const string Other = "{% for m in messages %}<<{{ m.role }}>>{{ m.content }}{{ eos_token }}{% endfor %}"
        + "{% if add_generation_prompt %}<<assistant>>{% endif %}";

    private readonly MLContext _context = new(seed: 1);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_text_and_a_file_render_alike_and_go_with_what_is_saved()
    {
        using AlignmentTransformer own = Load(null), text = Load(Other), file = Load(_folder.Write("mine.jinja", Other));
        float[] expected = Scores(text);
        Assert.NotEqual(Scores(own), expected);
        Assert.Equal(expected, Scores(file));
        text.SaveCheckpoint(_folder.File("tuned"));
        _context.Model.Save(text, Pairs.Schema, _folder.File("tuned.zip"));
        using AlignmentTransformer checkpoint = _context.Alignment.LoadModel(_folder.File("tuned"));
        using var zip = (AlignmentTransformer)_context.Model.Load(_folder.File("tuned.zip"), out _);
        Assert.Equal(expected, Scores(checkpoint));
        Assert.Equal(expected, Scores(zip));
    }

    [Fact]
    public void A_fit_renders_with_it_too()
    {
        using AlignmentTransformer text = Load(Other);
        using AlignmentTransformer tuned = _context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o => o.ChatTemplate = Other)).Fit(Pairs);
        Assert.Equal(text.Model.Template!.Source, tuned.Model.Template!.Source);
    }

    [Fact]
    public void A_name_is_that_of_a_template_of_the_model_and_what_is_neither_is_refused()
    {
        QuickStartFiles.CopyModel(_folder.File("model"));
        _folder.Write("model/additional_chat_templates/other.jinja", Other);
        using AlignmentTransformer named = _context.Alignment.LoadModel(_folder.File("model"), new ScoringOptions { ChatTemplate = "other" });
        Assert.Equal(Other, named.Model.Template!.Source);
        Assert.Equal("`ChatTemplate` is 'chatml', which is neither the text of a template, with {{ or {% in it, nor a file, nor the name of a template of the "
            + "model: it has 'other'.", Assert.Throws<InvalidDataException>(
                () => _context.Alignment.LoadModel(_folder.File("model"), new ScoringOptions { ChatTemplate = "chatml" })).Message);
    }

    /// <summary>Not the file of the model that it takes the place of.</summary>
    [Fact]
    public void One_that_is_not_valid_is_named_by_where_it_is_from()
    {
        QuickStartFiles.CopyModel(_folder.File("model"));
        string file = _folder.Write("bad.jinja", "{% for %}");
        _folder.Write("model/additional_chat_templates/other.jinja", "{% for %}");
        foreach ((string given, string place) in new[]
        {
            ("{% for %}", "that `ChatTemplate` gives"), (file, $"in '{file}'"), ("other", "'other' of the model"),
        })
        {
            Assert.Equal($"The chat template {place} is not valid. TemplateSyntaxError: Expected an expression, got 'end of statement block' (line 1)",
                Assert.Throws<InvalidDataException>(
                    () => _context.Alignment.LoadModel(_folder.File("model"), new ScoringOptions { ChatTemplate = given })).Message);
        }
    }

    private IDataView Pairs => _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(4));

    private AlignmentTransformer Load(string? template) => _context.Alignment.LoadModel(QuickStartFiles.Model, new ScoringOptions { ChatTemplate = template });

    private float[] Scores(AlignmentTransformer model) =>
        [.. _context.Data.CreateEnumerable<ScoredPair>(model.Transform(Pairs), reuseRowObject: false, ignoreMissingColumns: true).Select(s => s.ChosenReward)];
}
