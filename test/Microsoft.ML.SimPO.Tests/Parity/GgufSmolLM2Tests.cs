using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Data;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Gguf;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>
/// SmolLM2's published file of four bits, against the checkpoint that was made of it by other means. Needs <c>models/smollm2-135m-instruct</c> below the folder
/// that SIMPO_TEST_ASSETS names, and the file there, or in <c>models/</c> beside a root of golden files.
/// </summary>
[Trait("Category", "Parity")]
public sealed class GgufSmolLM2Tests
{
    private const string Name = "smollm2-135m-instruct";

    [SkippableFact]
    public unsafe void Weights_are_those_of_its_converter_to_the_bit()
    {
        string folder = TestAssets.Model(Name);
        ModelStart start = ModelStart.Open(PathOfFile(folder));
        using Checkpoint read = start.OpenWeights();
        using CheckpointReader converted = CheckpointReader.Open(folder);
        Assert.Equal(converted.Tensors.Keys.Order(StringComparer.Ordinal), read.Tensors.Keys.Order(StringComparer.Ordinal));
        foreach (TensorEntry tensor in converted.Tensors.Values)
        {
            float[] expected = converted.ReadFloat32(tensor.Name), found = new float[expected.Length];
            fixed (float* first = found) read.ReadFloat32([new TensorTarget(tensor.Name, (nint)first, found.Length)]);
            ushort[] rounded = new ushort[found.Length];
            fixed (float* source = found)
            fixed (ushort* destination = rounded)
            {
                FloatConversion.ToBFloat16(source, destination, found.Length);
                FloatConversion.FromBFloat16(destination, source, found.Length); // the converter writes bfloat16
            }
            Assert.True(expected.AsSpan().SequenceEqual(found), tensor.Name);
        }
    }

    [SkippableFact]
    public void Ids_are_those_of_its_tokenizer()
    {
        string folder = TestAssets.Model(Name);
        HfTokenizer expected = HfTokenizer.Load(folder), found = HfTokenizer.Load(PathOfFile(folder));
        string[] texts = [.. PreferenceReader.Read(TestAssets.Data("dpo_en_demo.json")).Take(100).SelectMany(r => new[] { r.Prompt, r.Chosen, r.Rejected })];
        Assert.NotEmpty(texts);
        Assert.All(texts, text => Assert.Equal(expected.Encode(text, addSpecialTokens: true), found.Encode(text, addSpecialTokens: true)));
    }

    private static string PathOfFile(string folder)
    {
        const string file = "weights.q4_1.gguf";
        string? path = GoldenCases.NamedRoots.Select(root => Path.Combine(root, "..", "models", Name, file)).Prepend(Path.Combine(folder, file))
            .FirstOrDefault(File.Exists);
        Skip.If(path is null, $"needs {file} of {Name}");
        return path!;
    }
}
