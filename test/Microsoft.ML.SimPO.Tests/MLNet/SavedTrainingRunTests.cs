using System.IO.Compression;
using Microsoft.ML.SimPO.Training;

namespace Microsoft.ML.SimPO;

/// <summary>The fit that a model comes from goes with it into its zip.</summary>
public sealed class SavedTrainingRunTests : IDisposable
{
    private readonly MLContext _context = new(seed: 1);
    private readonly Data.TemporaryFolder _folder = new();

    private string Zip => Path.Combine(_folder.Path, "model.zip");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_loaded_model_knows_the_fit_that_it_comes_from()
    {
        using AlignmentTransformer tuned = Save();
        Assert.Equal((2, 2), (tuned.TrainingRun.Steps.Count, tuned.TrainingRun.Validations.Count));
        Assert.Equal(BestModelMetric.Accuracy, tuned.TrainingRun.MetricForBestModel);
        Assert.Equal((8L, 4L), (tuned.TrainingRun.TrainingData!.Used, tuned.TrainingRun.ValidationData!.Used));
        using AlignmentTransformer loaded = Load();
        SampleRun.AssertEqual(tuned.TrainingRun, loaded.TrainingRun);
    }

    [Fact]
    public void A_model_that_was_saved_without_one_has_an_empty_one()
    {
        Save().Dispose();
        using (ZipArchive zip = ZipFile.Open(Zip, ZipArchiveMode.Update)) Entry(zip).Delete();
        using AlignmentTransformer loaded = Load();
        SampleRun.AssertEqual(TrainingRun.None, loaded.TrainingRun);
    }

    [Fact]
    public void A_damaged_one_is_said()
    {
        Save().Dispose();
        using (ZipArchive zip = ZipFile.Open(Zip, ZipArchiveMode.Update))
        {
            using Stream stream = Entry(zip).Open();
            stream.SetLength(stream.Length - 1);
        }
        Exception? fault = Assert.ThrowsAny<Exception>(Load);
        while (fault is not (null or InvalidDataException)) fault = fault.InnerException; // ML.NET wraps what a loader throws
        Assert.StartsWith("The training run of the saved model is damaged: ", fault?.Message, StringComparison.Ordinal);
    }

    private static ZipArchiveEntry Entry(ZipArchive zip) => zip.Entries.Single(e => e.Name == "TrainingRun");

    private AlignmentTransformer Save()
    {
        IDataView pairs = _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(8)),
            validation = _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(12).Skip(8));
        SimPOTrainer.Options options = QuickStartFiles.Options(o => o.MetricForBestModel = BestModelMetric.Accuracy);
        AlignmentTransformer tuned = _context.Alignment.Trainers.SimPO(options).Fit(pairs, validation);
        _context.Model.Save(tuned, pairs.Schema, Zip);
        return tuned;
    }

    private AlignmentTransformer Load() => (AlignmentTransformer)_context.Model.Load(Zip, out _);
}
