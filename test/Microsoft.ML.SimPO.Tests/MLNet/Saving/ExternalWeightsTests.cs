using System.IO.Compression;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

public sealed class ExternalWeightsTests(TunedModel model) : IClassFixture<TunedModel>, IDisposable
{
    private readonly MLContext _context = new(seed: 1);
    private readonly TempFolder _folder = new();

    public void Dispose()
    {
        model.Transformer.MostBytesInArchive = ExternalWeightsFolder.MostBytesInside;
        _folder.Dispose();
    }

    [Fact]
    public void Weights_too_large_for_the_file_need_a_folder()
    {
        model.Transformer.MostBytesInArchive = 1000;
        var error = Assert.Throws<InvalidOperationException>(() => _context.Model.Save(model.Transformer, model.Data.Schema, _folder.File("m.zip")));
        Assert.Equal($"The weights take {4 * model.Transformer.ParameterCount} bytes; a saved model holds at most 1000. Set `ExternalWeights` to the name of a "
            + "folder, which will lie beside the saved model.", error.Message);
    }

    [Fact]
    public void A_model_and_its_folder_move_together_and_give_the_same_bits()
    {
        Save("home");
        Assert.True(new FileInfo(_folder.File("home", "m.zip")).Length < 4 * model.Transformer.ParameterCount);
        using (CheckpointReader weights = CheckpointReader.Open(_folder.File("home", "weights"))) Assert.Contains("model.norm.weight", weights.Tensors.Keys);
        Directory.Move(_folder.File("home"), _folder.File("elsewhere"));
        using var loaded = (AlignmentTransformer)_context.Model.Load(_folder.File("elsewhere", "m.zip"), out _);
        TunedModel.AssertEqual(model.Scores(model.Data), model.Scores(loaded, model.Data));
        Assert.Null(loaded.ExternalWeights); // where it is saved to says whoever saves it
    }

    [Fact]
    public void A_folder_that_is_gone_is_a_clear_error()
    {
        Save("home");
        Directory.Move(_folder.File("home", "weights"), _folder.File("home", "other"));
        string zip = _folder.File("home", "m.zip"), gone = _folder.File("home", "weights");
        var error = Root<DirectoryNotFoundException>(() => _context.Model.Load(zip, out _));
        Assert.Equal($"The weights of the model '{zip}' lie in the folder 'weights' beside it, but '{gone}' does not exist. Move the folder along with "
            + "the zip file.", error.Message);
    }

    [Fact]
    public void All_files_that_were_altered_are_named()
    {
        Save("home");
        string weights = _folder.File("home", "weights", "model.safetensors"), zip = _folder.File("home", "m.zip");
        using (FileStream stream = File.OpenWrite(weights))
        {
            stream.Seek(-1, SeekOrigin.End);
            stream.WriteByte(0x7F);
        }
        File.AppendAllText(_folder.File("home", "weights", "config.json"), " ");
        File.Delete(_folder.File("home", "weights", "tokenizer.json"));
        long length = new FileInfo(_folder.File("home", "weights", "config.json")).Length;
        var error = Root<InvalidDataException>(() => _context.Model.Load(zip, out _));
        Assert.Equal(
            $"""
            The weights of the model '{zip}' in '{_folder.File("home", "weights")}': 3 faults.
              'config.json' has {length} bytes; it was saved with {length - 1}.
              'model.safetensors' was altered since it was saved: its SHA-256 is another.
              'tokenizer.json' is missing.
            """, error.Message);
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("/weight")]
    [InlineData("a/../..")]
    [InlineData("./././.")]
    [InlineData("weigh\0s")]
    public void A_model_that_names_a_place_outside_of_its_folder_is_refused(string name)
    {
        Save("home");
        string zip = _folder.File("home", "m.zip");
        Directory.Move(_folder.File("home", "weights"), _folder.File("evil"));
        using (ZipArchive archive = ZipFile.Open(zip, ZipArchiveMode.Update))
        using (Stream stream = archive.Entries.Single(e => e.FullName.EndsWith("ExternalWeights", StringComparison.Ordinal)).Open())
        {
            Assert.Equal("weights".Length, stream.ReadByte());
            stream.Write(System.Text.Encoding.UTF8.GetBytes(name)); // as long as the name that was there
        }
        string[] names = _folder.Names();
        Assert.Equal(
            $"The model '{zip}' says that its weights lie in {Faults.Quote(name)}, outside of its own folder. They are not read.",
            Assert.Throws<InvalidDataException>(() => _context.Model.Load(zip, out _)).Message);
        Assert.Equal(names, _folder.Names());
    }

    [Fact]
    public void The_options_of_a_fit_name_the_folder_and_the_model_does_not_change_afterwards()
    {
        SimPOTrainer.Options options = QuickStartFiles.Options();
        options.ExternalWeights = "weights";
        using AlignmentTransformer tuned = _context.Alignment.Trainers.SimPO(options).Fit(model.Data);
        options.ExternalWeights = "elsewhere";
        Assert.Equal("weights", tuned.ExternalWeights);
        using AlignmentTransformer inside = tuned.WithExternalWeights(null);
        Assert.Null(inside.ExternalWeights);
        _context.Model.Save(tuned, model.Data.Schema, _folder.File("m.zip"));
        Assert.True(Directory.Exists(_folder.File("weights")));
        TunedModel.AssertEqual(model.Scores(tuned, model.Data), model.Scores(inside, model.Data));
    }

    [Fact]
    public void The_weights_are_in_memory_as_long_as_one_of_two_transformers_uses_them()
    {
        AlignmentTransformer first = _context.Alignment.LoadModel(QuickStartFiles.Model), second = first.WithExternalWeights("weights");
        ScoredPair[] before = model.Scores(first, model.Data);
        first.Dispose();
        TunedModel.AssertEqual(before, model.Scores(second, model.Data));
        second.Dispose();
        Assert.Throws<ObjectDisposedException>(() => second.Transform(model.Data));
    }

    [Fact]
    public void An_empty_name_is_refused() => Assert.Equal(
        "`ExternalWeights` must name a folder beside the saved model, but was empty. Use null for the saved file. (Parameter 'options')",
        Assert.Throws<ArgumentException>(() => model.Transformer.WithExternalWeights(" ")).Message);

    [Fact]
    public void A_model_that_is_no_file_has_nothing_beside_it()
    {
        using AlignmentTransformer external = model.Transformer.WithExternalWeights("weights");
        using var memory = new MemoryStream();
        var error = Assert.Throws<InvalidOperationException>(() => _context.Model.Save(external, model.Data.Schema, memory));
        Assert.Equal("`ExternalWeights` is the relative path 'weights', but the model is not saved to a file that it could be relative to. Save to a file, or "
            + "give a full path.", error.Message);
    }

    /// <summary>Also where it is not the library that opened the stream: the folder is swapped last.</summary>
    [Fact]
    public void A_stream_that_fails_leaves_the_weights_that_were_there()
    {
        using (AlignmentTransformer untuned = _context.Alignment.LoadModel(QuickStartFiles.Model)) untuned.SaveCheckpoint(_folder.File("weights"));
        string[] names = _folder.Names();
        byte[] before = File.ReadAllBytes(_folder.File("weights", "model.safetensors"));
        using AlignmentTransformer external = model.Transformer.WithExternalWeights(_folder.File("weights"));
        using (var stream = new FullStream(room: 1000))
            Assert.Contains("No space is left.", Assert.ThrowsAny<Exception>(() => _context.Model.Save(external, model.Data.Schema, stream))
                .ToString(), StringComparison.Ordinal);
        Assert.Equal(names, _folder.Names());
        Assert.Equal(before, File.ReadAllBytes(_folder.File("weights", "model.safetensors")));
        using (var stream = new MemoryStream()) _context.Model.Save(external, model.Data.Schema, stream);
        Assert.Equal(names, _folder.Names());
        Assert.NotEqual(before, File.ReadAllBytes(_folder.File("weights", "model.safetensors")));
    }

    private void Save(string folder)
    {
        Directory.CreateDirectory(_folder.File(folder));
        using AlignmentTransformer external = model.Transformer.WithExternalWeights("weights");
        external.MostBytesInArchive = 1000;
        _context.Model.Save(external, model.Data.Schema, _folder.File(folder, "m.zip"));
    }

    /// <summary>ML.NET wraps what a loader throws.</summary>
    private static T Root<T>(Action action)
        where T : Exception
    {
        Exception? error = Record.Exception(action);
        while (error is not (null or T)) error = error.InnerException;
        return Assert.IsType<T>(error);
    }

    /// <summary>Takes so many bytes and no more.</summary>
    private sealed class FullStream(int room) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            if (Length + count > room) throw new IOException("No space is left.");
            base.Write(buffer, offset, count);
        }

        public override void Write(ReadOnlySpan<byte> buffer) => Write(buffer.ToArray(), 0, buffer.Length);
    }
}
