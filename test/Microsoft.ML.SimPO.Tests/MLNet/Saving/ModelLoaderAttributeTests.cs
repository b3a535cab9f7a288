using System.IO.Compression;
using System.Reflection;
using Microsoft.ML.Data;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>What a loader throws is what <c>mlContext.Model.Load</c> throws.</summary>
public sealed class ModelLoaderAttributeTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly MLContext _context = new(seed: 1);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("pairs")]
    [InlineData("responses")]
    [InlineData("text")]
    public void Faults_of_a_saved_model_arrive_as_they_are(string kind)
    {
        string zip = Damaged(kind);
        var error = Assert.Throws<InvalidDataException>(() => _context.Model.Load(zip, out _));
        Assert.StartsWith($"The saved model '{zip}' is damaged: stream 'Weights' was altered since it was saved", error.Message, StringComparison.Ordinal);
        using FileStream stream = File.OpenRead(zip);
        Assert.Throws<InvalidDataException>(() => new MLContext().Model.Load(stream, out _));
    }

    [Fact]
    public void So_does_what_is_missing_beside_it()
    {
        using (AlignmentTransformer model = _context.Alignment.LoadModel(QuickStartFiles.Model, new ScoringOptions { ExternalWeights = "weights" }))
            _context.Model.Save(model, null, _folder.File("m.zip"));
        Directory.Delete(_folder.File("weights"), recursive: true);
        Assert.Throws<DirectoryNotFoundException>(() => _context.Model.Load(_folder.File("m.zip"), out _));
    }

    /// <summary>A chain is loaded by ML.NET's own loader, which ML.NET calls as it calls all others: what that throws is inside of another error.</summary>
    [Fact]
    public void Those_of_a_chain_are_in_the_one_error_of_ML_NETs_own_loader()
    {
        string zip = Damaged("chain");
        var error = Assert.Throws<TargetInvocationException>(() => _context.Model.Load(zip, out _));
        Assert.StartsWith($"The saved model '{zip}' is damaged", Assert.IsType<InvalidDataException>(error.InnerException).Message, StringComparison.Ordinal);
    }

    private string Damaged(string kind)
    {
        string zip = _folder.File($"{kind}.zip");
        IDataView pairs = _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(1));
        using (AlignmentTransformer model = _context.Alignment.LoadModel(QuickStartFiles.Model))
        {
            ITransformer saved = kind switch
            {
                "responses" => _context.Alignment.Transforms.ScoreResponses(model, responseColumnName: "Chosen").Fit(pairs),
                "text" => _context.Alignment.Transforms.Generate(model).Fit(pairs),
                "chain" => new TransformerChain<ITransformer>(_context.Transforms.CopyColumns("Question", "Prompt").Fit(pairs), model),
                _ => model,
            };
            _context.Model.Save(saved, null, zip);
        }
        using ZipArchive archive = ZipFile.Open(zip, ZipArchiveMode.Update);
        using Stream weights = archive.Entries.Single(e => e.FullName.EndsWith("Weights", StringComparison.Ordinal)).Open();
        weights.Seek(-1, SeekOrigin.End);
        weights.WriteByte(0x41); // and the zip's own checksum is right
        return zip;
    }
}
