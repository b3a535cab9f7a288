using System.Globalization;
using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Scoring;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>What a GGUF file is read as: the logits of transformers, and the ids of Hugging Face's tokenizers.</summary>
[Trait("Category", "Parity")]
public sealed class GgufReadingParityTests
{
    public static TheoryData<GoldenCase> Cases => GgufGoldens.Cases;

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Logits_are_those_of_transformers(GoldenCase golden)
    {
        GgufGoldens.SkipIfNone(golden);
        using var tensors = new GoldenTensors(golden.File("golden.safetensors"));
        foreach (string file in Directory.EnumerateFiles(golden.Path, "*.gguf"))
        {
            using LanguageModel model = LanguageModel.Load(file, ComputePlan.On(CPU));
            // Weights of eight bits are others; those of 16 are the checkpoint's own.
            double tolerance = file.EndsWith("Q8_0.gguf", StringComparison.Ordinal) ? 0.5 : 2e-5;
            foreach (string part in new[] { "", "long." }.Where(part => tensors.Has(part + "logits")))
                CheckLogits(model, tensors, Path.GetFileName(file), part + "input_ids", part + "logits", tolerance);
        }
    }

    [SkippableFact]
    public void A_file_of_mixed_kinds_has_the_logits_of_its_decoded_weights()
    {
        string folder = GgufGoldens.Folder("quantised");
        using var tensors = new GoldenTensors(Path.Combine(folder, "golden.safetensors"));
        using LanguageModel model = LanguageModel.Load(Path.Combine(folder, "quantised-Q4_K_M.gguf"), ComputePlan.On(CPU));
        CheckLogits(model, tensors, "quantised-Q4_K_M.gguf", "input_ids", "Q4_K_M.logits", 2e-5);
    }

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Ids_are_those_of_the_tokenizer_but_for_what_metadata_cannot_say(GoldenCase golden)
    {
        GgufGoldens.SkipIfNone(golden);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(golden.File("tokens.json")));
        JsonElement lost = document.RootElement.GetProperty("metadata_is_not_enough");
        string[] lines = GoldenFile.ReadLines(golden.Find(document.RootElement.GetProperty("vectors").GetString()!.Split('/'))!);
        Assert.Equal(document.RootElement.GetProperty("texts").GetInt32(), lines.Length);
        foreach (string file in Directory.EnumerateFiles(golden.Path, "*.gguf"))
        {
            HfTokenizer tokenizer = HfTokenizer.Load(file);
            List<string> differences = [];
            for (int i = 0; i < lines.Length; i++)
            {
                using JsonDocument vector = JsonDocument.Parse(lines[i]);
                string text = vector.RootElement.GetProperty("text").GetString()!;
                bool isLost = lost.TryGetProperty(i.ToString(CultureInfo.InvariantCulture), out JsonElement rebuilt);
                JsonElement expected = isLost ? rebuilt.GetProperty("from_metadata") : vector.RootElement.GetProperty("ids");
                int[] ids = [.. expected.EnumerateArray().Select(id => id.GetInt32())];
                if (!ids.SequenceEqual(tokenizer.Encode(text, addSpecialTokens: true))) differences.Add($"{i}: {text}");
            }
            Assert.True(differences.Count == 0, $"{Path.GetFileName(file)}: {differences.Count} of {lines.Length}\n{string.Join('\n', differences.Take(5))}");
        }
    }

    private static void CheckLogits(LanguageModel model, GoldenTensors tensors, string file, string ids, string logits, double tolerance)
    {
        using DisposeScope scope = NewDisposeScope();
        int[] input = tensors.Integers(ids);
        using var pass = DecoderPass.Packed(model.Decoder.Architecture, TokenBatch.OfSequences([input]), CPU);
        Tensor last = model.Decoder.FinalNorm.Forward(model.Decoder.Forward(pass)).Output.narrow(0, input.Length - 3, 3);
        Differences.AssertClose($"{file} {logits}", tensors.Floats(logits), model.Decoder.Logits(last).data<float>().ToArray(), tolerance);
    }
}
