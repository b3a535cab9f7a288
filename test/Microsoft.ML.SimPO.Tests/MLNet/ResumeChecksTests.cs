namespace Microsoft.ML.SimPO;

/// <summary>A run goes on with the model and the data that it began with, and says what is another.</summary>
public sealed class ResumeChecksTests : IDisposable
{
    private readonly MLContext _context = new(seed: 1);
    private readonly Data.TemporaryFolder _folder = new();
    private readonly string _model;

    public ResumeChecksTests()
    {
        _model = Path.Combine(_folder.Path, "model");
        QuickStartFiles.CopyModel(_model);
        Fit().Dispose();
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("config.json", "\"rms_norm_eps\": ", "\"rms_norm_eps\": 0.0")]
    [InlineData("tokenizer_config.json", "{", "{ ")]
    [InlineData("tokenizer.json", "{", "{ ")]
    public void A_file_of_the_model_that_was_changed_is_named(string file, string text, string by)
    {
        string path = Path.Combine(_model, file), content = File.ReadAllText(path);
        int at = content.IndexOf(text, StringComparison.Ordinal);
        File.WriteAllText(path, $"{content[..at]}{by}{content[(at + text.Length)..]}");
        Assert.Matches($"(?m)^`SHA-256 of {file}` was [0-9a-f]{{64}} there and is [0-9a-f]{{64}} now.$", Refusal());
    }

    [Fact]
    public void A_chat_template_that_was_added_is_named()
    {
        File.WriteAllText(Path.Combine(_model, "chat_template.jinja"), "{% for m in messages %}{{ m.content }}{% endfor %}");
        Assert.Matches("(?m)^`SHA-256 of chat_template.jinja` was not set there and is [0-9a-f]{64} now.$", Refusal());
    }

    [Fact]
    public void Validation_data_that_was_changed_is_named()
    {
        const string name = "`SHA-256 of the encoded validation pairs`";
        Assert.Matches($"`OutputPath`.\r?\n{name} was [0-9a-f]{{64}} there and is [0-9a-f]{{64}} now.$", Refusal(Pairs(13)));
        Assert.Matches($"`OutputPath`.\r?\n{name} was [0-9a-f]{{64}} there and is not set now.$", Refusal(validation: null));
    }

    [Fact]
    public void What_generation_takes_from_the_folder_decides_nothing()
    {
        File.WriteAllText(Path.Combine(_model, "generation_config.json"), "{\"max_new_tokens\": 3}");
        Fit(resumes: true).Dispose();
    }

    private IDataView Pairs(int count) => _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(count).Skip(8));

    private string Refusal() => Refusal(Pairs(12));

    private string Refusal(IDataView? validation)
    {
        string message = Assert.Throws<InvalidDataException>(() => Fit(resumes: true, validation)).Message;
        Assert.StartsWith(
            $"The run in '{Path.Combine(_folder.Path, "run", "checkpoint-2")}' cannot go on with other data or options. ",
            message, StringComparison.Ordinal);
        return message;
    }

    private IDisposable Fit(bool resumes = false) => Fit(resumes, Pairs(12));

    private IDisposable Fit(bool resumes, IDataView? validation) => _context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o =>
    {
        (o.ModelPath, o.OutputPath, o.Epochs) = (_model, Path.Combine(_folder.Path, "run"), 1);
        if (resumes) o.ResumeFrom = "Auto";
    })).Fit(_context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(8)), validation);
}
