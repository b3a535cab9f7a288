using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>A generator in the chain that trains its model.</summary>
public sealed class ChainedGenerationTests
{
    private readonly MLContext _context = new(seed: 1);

    private IDataView Data => _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(4));

    [Fact]
    public void The_model_that_the_step_before_trained_writes()
    {
        var options = new GenerationOptions { MaxNewTokens = 16 };
        var chain = _context.Alignment.Trainers.SimPO(QuickStartFiles.Options()).Append(_context.Alignment.Transforms.GenerateNext("Text", options: options));
        Assert.Equal(DataViewKind(chain), TextDataViewType.Instance);
        using var tuned = chain.Fit(Data);
        var model = tuned.OfType<AlignmentTransformer>().Single();
        string[] prompts = [.. Data.GetColumn<string>("Prompt")];
        Assert.Equal(model.Generate(prompts, options), tuned.Transform(Data).GetColumn<string>("Text"));
        using var folder = new Checkpoints.TempFolder();
        _context.Model.Save(tuned, Data.Schema, folder.File("chain.zip"));
        ITransformer loaded = _context.Model.Load(folder.File("chain.zip"), out _);
        Assert.Equal(model.Generate(prompts, options), loaded.Transform(Data).GetColumn<string>("Text"));
        (loaded as IDisposable)!.Dispose();
    }

    [Fact]
    public void Without_a_trainer_before_it_says_what_to_do() => Assert.Equal(
        "There is no model to write with: the step before is none of `mlContext.Alignment.Trainers`. Append this one to a trainer, or use `Generate(model)` "
            + "with a model that there is already.",
        Assert.Throws<InvalidOperationException>(() => _context.Alignment.Transforms.GenerateNext().Fit(Data)).Message);

    private DataViewType DataViewKind(IEstimator<ITransformer> chain) =>
        chain.GetOutputSchema(Internals.ShapeOf(Data.Schema)).Single(c => c.Name == "Text").ItemType;
}
