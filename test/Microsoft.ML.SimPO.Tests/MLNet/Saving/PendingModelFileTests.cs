using System.Security.Cryptography;
using Microsoft.ML.Data;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>A model with weights in a folder, saved over another such one: whatever fails, and whenever, what was on disk is there afterwards.</summary>
public sealed class PendingModelFileTests : IClassFixture<TunedModel>, IDisposable
{
    private readonly MLContext _context = new(seed: 1);
    private readonly TempFolder _folder = new();
    private readonly TunedModel _tuned;
    private readonly AlignmentTransformer _model;

    public PendingModelFileTests(TunedModel tuned) => (_tuned, _model) = (tuned, tuned.Transformer.WithExternalWeights("weights"));

    private string Zip => _folder.File("m.zip");

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void File_and_weights_are_replaced_and_what_is_no_part_of_a_model_stays()
    {
        SaveOld();
        _folder.Write("weights/notes.txt", "mine");
        Save(_model);
        using (var loaded = (AlignmentTransformer)_context.Model.Load(Zip, out DataViewSchema schema))
        {
            TunedModel.AssertEqual(_tuned.Scores(_tuned.Data), _tuned.Scores(loaded, _tuned.Data));
            Assert.Equal(_tuned.Data.Schema.Select(c => c.Name), schema.Select(c => c.Name));
        }
        Assert.Equal("mine", File.ReadAllText(_folder.File("weights", "notes.txt")));
        Assert.Equal(["m.zip", "weights"], Entries());
    }

    [SkippableFact]
    public void The_permissions_of_the_old_file_are_kept()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no such permissions.");
        if (OperatingSystem.IsWindows()) return;
        File.WriteAllText(Zip, "old");
        File.SetUnixFileMode(Zip, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Save(_model);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Zip));
    }

    [Fact]
    public void A_part_of_the_pipeline_that_cannot_be_saved_changes_nothing()
    {
        SaveOld();
        string[] before = Content();
        Assert.Equal("disk full", Assert.Throws<IOException>(() => SaveWith(() => throw new IOException("disk full"))).Message);
        Assert.Equal(before, Content());
    }

    [Fact]
    public void A_file_that_meanwhile_has_the_name_of_the_weights_changes_nothing()
    {
        SaveOld();
        string[] before = [];
        Assert.Throws<IOException>(() => SaveWith(() =>
        {
            Directory.Move(_folder.File("weights"), _folder.File("moved"));
            _folder.Write("weights", "mine");
            before = Content(whileWriting: true);
        }));
        Assert.Equal(before, Content());
    }

    /// <summary>The weights were swapped already.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_folder_that_meanwhile_has_the_name_of_the_file_changes_nothing(bool hadWeights)
    {
        SaveOld();
        if (!hadWeights) Directory.Delete(_folder.File("weights"), recursive: true);
        string[] before = [];
        Exception? error = Record.Exception(() => SaveWith(() =>
        {
            File.Move(Zip, _folder.File("old.zip"));
            _folder.Write("m.zip/notes.txt", "mine");
            before = Content(whileWriting: true);
        }));
        Assert.True(error is IOException or UnauthorizedAccessException, error?.ToString());
        Assert.Equal(before, Content());
    }

    [Fact]
    public void When_the_second_of_two_folders_cannot_be_swapped_the_first_is_as_it_was()
    {
        using AlignmentTransformer other = Untuned("other");
        SaveOld();
        string[] before = [];
        Assert.Throws<IOException>(() => Save(new TransformerChain<ITransformer>(_model, other, Interruption(() =>
        {
            _folder.Write("other", "mine");
            before = Content(whileWriting: true);
        }))));
        Assert.Equal(before, Content());
    }

    [Fact]
    public void A_folder_of_something_else_is_refused_and_nothing_is_written()
    {
        _folder.Write("weights/thesis.tex", "years of work");
        string[] before = Content();
        Assert.Equal(
            $"The folder '{_folder.File("weights")}' is not empty and holds no model, but for example 'thesis.tex'. Give a new or empty folder, or that of "
                + "another model.",
            Assert.Throws<IOException>(() => Save(_model)).Message);
        Assert.Equal(before, Content());
    }

    [Fact]
    public void A_folder_in_the_place_of_the_file_is_an_error()
    {
        Directory.CreateDirectory(Zip);
        Assert.Equal($"'{Zip}' is a folder; the model is to be written to a file. Give another name.",
            Assert.Throws<IOException>(() => Save(_model)).Message);
        Assert.Equal(["m.zip"], Entries());
    }

    [Fact]
    public void Two_models_cannot_share_a_folder_but_two_transformers_of_one_model_do()
    {
        using AlignmentTransformer other = Untuned("weights");
        Assert.Equal(
            $"Two models of the pipeline have the same `ExternalWeights`, '{_folder.File("weights")}'. Give each a folder of its own.",
            Assert.Throws<InvalidOperationException>(() => Save(new TransformerChain<ITransformer>(_model, other))).Message);
        Assert.Empty(Entries());

        IDataView data = _tuned.Data;
        ITransformer scorer = _context.Alignment.Transforms.ScoreResponses(_model, responseColumnName: "Chosen").Fit(data);
        Save(new TransformerChain<ITransformer>(_model, scorer));
        Assert.Equal(["m.zip", "weights"], Entries());
        ITransformer loaded = _context.Model.Load(Zip, out _);
        using var release = loaded as IDisposable;
        Assert.Equal(scorer.Transform(data).GetColumn<float>("Reward"), loaded.Transform(data).GetColumn<float>("Reward"));
    }

    private void SaveOld()
    {
        using AlignmentTransformer old = Untuned("weights");
        Save(old);
    }

    private AlignmentTransformer Untuned(string externalWeights) =>
        _context.Alignment.LoadModel(QuickStartFiles.Model, new ScoringOptions { ExternalWeights = externalWeights });

    private void SaveWith(Action interruption) => Save(new TransformerChain<ITransformer>(_model, Interruption(interruption)));

    private SavingInterruption Interruption(Action action) => new(_context.Transforms.CopyColumns("Copy", "Prompt").Fit(_tuned.Data), action);

    private void Save(ITransformer model) => _context.Model.SaveAtomically(model, _tuned.Data.Schema, Zip);

    private string[] Entries() => [.. Directory.EnumerateFileSystemEntries(_folder.Path, "*", new EnumerationOptions { AttributesToSkip = 0 })
        .Select(e => Path.GetFileName(e)).Order(StringComparer.Ordinal)];

    /// <summary>Every file with its hash.</summary>
    private string[] Content(bool whileWriting = false) =>
    [
        .. Directory.EnumerateFiles(_folder.Path, "*", new EnumerationOptions { AttributesToSkip = 0, RecurseSubdirectories = true })
            .Order(StringComparer.Ordinal)
            .Where(f => !whileWriting || !f.Contains(".new", StringComparison.Ordinal))
            .Select(f => $"{Path.GetRelativePath(_folder.Path, f)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f)))}"),
    ];
}
