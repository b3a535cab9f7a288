using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Gguf;

namespace Microsoft.ML.SimPO;

/// <summary>A model goes into a GGUF file and comes back as what it was.</summary>
public sealed class SaveGgufTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly MLContext _context = new(seed: 1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_model_of_32_bits_scores_and_writes_to_the_bit_what_it_did()
    {
        using var tuned = new TunedModel();
        string path = _folder.File("out", "tuned.gguf");
        tuned.Transformer.SaveGguf(path, GgufType.F32);
        using AlignmentTransformer read = _context.Alignment.LoadModel(path, new ScoringOptions { Beta = tuned.Transformer.Beta });
        Assert.Equal(TunedModel.Weights(tuned.Transformer), TunedModel.Weights(read));
        TunedModel.AssertEqual(tuned.Scores(tuned.Data), tuned.Scores(read, tuned.Data));
        string[] prompts = [.. QuickStartFiles.Pairs(3).Select(p => p.Prompt)];
        var options = new GenerationOptions { MaxNewTokens = 8 };
        Assert.Equal(tuned.Transformer.Generate(prompts, options), read.Generate(prompts, options));
        Assert.Equal(tuned.Transformer.Describe().Parameters, _context.Alignment.DescribeModel(path).Parameters);
    }

    [Fact]
    public void The_file_is_a_start_for_tuning_and_for_an_adapter()
    {
        string path = WriteTiny(GgufType.Q8_0);
        SimPOTrainer.Options options = QuickStartFiles.Options();
        (options.ModelPath, options.MaxSteps) = (path, 2);
        IDataView data = _context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(4));
        using AlignmentTransformer tuned = _context.Alignment.Trainers.SimPO(options).Fit(data), start = _context.Alignment.LoadModel(path);
        Assert.NotEqual(TunedModel.Weights(start), TunedModel.Weights(tuned));
        tuned.SaveCheckpoint(_folder.File("tuned"));
        using AlignmentTransformer saved = _context.Alignment.LoadModel(_folder.File("tuned"));
        Assert.Equal(TunedModel.Weights(tuned), TunedModel.Weights(saved));

        options.Lora = new LoraOptions { Rank = 2 };
        using AlignmentTransformer adapted = _context.Alignment.Trainers.SimPO(options).Fit(data);
        adapted.SaveAdapter(_folder.File("adapter"));
        using AlignmentTransformer again = _context.Alignment.LoadModel(_folder.File("adapter")); // whose base is the file
        string[] prompts = [QuickStartFiles.Pairs(1)[0].Prompt];
        var few = new GenerationOptions { MaxNewTokens = 8 };
        Assert.Equal(adapted.Generate(prompts, few), again.Generate(prompts, few));
    }

    [Fact]
    public void A_Modelfile_lies_beside_it_unless_somebody_wrote_one()
    {
        List<string> warnings = [];
        _context.Log += (_, e) =>
        {
            if (e.Kind == ChannelMessageKind.Warning) warnings.Add(e.RawMessage);
        };
        string path = WriteTiny(GgufType.Q4_0), modelfile = _folder.File("Modelfile");
        const string first = "# Written with the GGUF file. To take it in: ollama create NAME -f Modelfile\n";
        const string stops = "PARAMETER stop \"<|eot_id|>\"\nPARAMETER stop \"<|end_of_text|>\"\n";
        Assert.Equal($"{first}FROM ./tiny.gguf\n{stops}", File.ReadAllText(modelfile));
        WriteTiny(GgufType.F16, "other.gguf");
        Assert.Equal($"{first}FROM ./other.gguf\n{stops}", File.ReadAllText(modelfile));
        Assert.Equal($"'{path}': An answer ends with any of the tokens 4, 1; the file names one, that of tokenizer_config.json. "
            + "llama.cpp knows further ones by what they are called.", warnings[0]);
        Assert.Equal(2, warnings.Count);
        File.WriteAllText(modelfile, "FROM mine\n");
        WriteTiny(GgufType.F16, "other.gguf");
        Assert.Equal("FROM mine\n", File.ReadAllText(modelfile));
        Assert.Equal($"'{modelfile}' was not written by this library and stays as it is: it need not name 'other.gguf'.", warnings[^1]);
        Assert.True(new FileInfo(path).Length < new FileInfo(_folder.File("other.gguf")).Length);
    }

    [Fact]
    public void What_cannot_be_written_is_refused()
    {
        using AlignmentTransformer model = _context.Alignment.LoadModel(TinyModel.Folder);
        Assert.Equal("`path` is 'model.bin', but programs know GGUF files by their ending. Let it end in .gguf. (Parameter 'path')",
            Assert.Throws<ArgumentException>(() => model.SaveGguf("model.bin")).Message);
        Assert.Equal("`type` is 99, which is none. Use one of F32, F16, BF16, Q8_0, Q4_0, Q4_1. (Parameter 'type')",
            Assert.Throws<ArgumentException>(() => model.SaveGguf("model.gguf", (GgufType)99)).Message);
        Assert.Equal($"The tokenizer '{Path.Combine(TinyModel.Folder, "tokenizer.json")}' is of the kind 'WordLevel': it cannot be written as GGUF. "
            + "Use SaveCheckpoint.", Assert.Throws<NotSupportedException>(() => model.SaveGguf(_folder.File("tiny.gguf"))).Message);
        Assert.Equal("Models of model_type 'gemma' are not written as GGUF. Those that are: llama, mistral, qwen2, qwen3, gemma2, gemma3_text, phi3, smollm3, "
            + "granite, olmo2. Use SaveCheckpoint, and convert that with llama.cpp's own converter.",
            Assert.Throws<NotSupportedException>(() => GgufFamilies.OfModelType("gemma")).Message);
        Assert.Empty(_folder.Names());
    }

    private string WriteTiny(GgufType type, string name = "tiny.gguf")
    {
        using AlignmentTransformer model = _context.Alignment.LoadModel(QuickStartFiles.Options().ModelPath);
        model.SaveGguf(_folder.File(name), type);
        return _folder.File(name);
    }
}
