using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Checkpoints.Gguf;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Gguf;
using Microsoft.ML.SimPO.Scoring;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>What is written is what llama.cpp's own converter writes of the same checkpoint.</summary>
[Trait("Category", "Parity")]
public sealed class GgufWritingParityTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static TheoryData<GoldenCase> Cases => GgufGoldens.Cases;

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [MemberData(nameof(Cases))]
    public void Metadata_tensors_and_files_are_those_of_the_converter(GoldenCase golden)
    {
        GgufGoldens.SkipIfNone(golden);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(golden.File("expected.json")));
        JsonElement expected = document.RootElement;
        using LanguageModel model = LanguageModel.Load(golden.File("hf"), ComputePlan.On(CPU));
        foreach (string type in new[] { "F32", "F16", "BF16", "Q8_0" })
        {
            string path = _folder.File($"{golden.Name}-{type}.gguf");
            var export = new GgufExport(model.Decoder, model.Files, type, golden.Name);
            export.Write(path);
            CheckMetadata(expected, type, export.Metadata);
            CheckTensors(expected, type, path);
            if (expected.GetProperty("stored").TryGetProperty(Path.GetFileName(path), out JsonElement hash) && !HasComputedFactors(expected))
                Assert.Equal(hash.GetString(), Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))));
        }
    }

    private static void CheckMetadata(JsonElement expected, string type, IReadOnlyList<(string Key, GgufValue Value)> actual)
    {
        Dictionary<string, JsonElement> keys = expected.GetProperty("metadata").EnumerateObject()
            .Concat(expected.GetProperty("metadata_by_type").GetProperty(type).EnumerateObject()).ToDictionary(k => k.Name, k => k.Value);
        Assert.Equal(keys.Keys.Order(StringComparer.Ordinal), actual.Select(k => k.Key).Order(StringComparer.Ordinal));
        foreach ((string key, GgufValue value) in actual) Assert.True(IsSame(keys[key], value), $"{key}: expected {keys[key]}, found {value}");
    }

    private static bool IsSame(JsonElement expected, GgufValue value)
    {
        if (!IsNamed(expected, "type", value.Type)) return false;
        if (value.Type == GgufValueType.Array)
            return IsNamed(expected, "of", value.Of!.Value)
                && expected.GetProperty("count").GetInt32() == ((System.Collections.ICollection)value.Value).Count
                && expected.GetProperty("sha256").GetString() == GgufGoldens.HashOf(value);
        JsonElement known = expected.GetProperty("value");
        return value.Value switch
        {
            string text => known.GetString() == text,
            bool flag => known.GetBoolean() == flag,
            long number => known.GetInt64() == number,
            double number => known.GetDouble() == (float)number,
            _ => false,
        };
    }

    private static bool IsNamed(JsonElement expected, string field, GgufValueType type) =>
        type.ToString().Equals(expected.GetProperty(field).GetString(), StringComparison.OrdinalIgnoreCase);

    private static void CheckTensors(JsonElement expected, string type, string path)
    {
        using GgufFile file = GgufFile.Open(path);
        Assert.Equal(expected.GetProperty("order_of_tensors").EnumerateArray().Select(name => name.GetString()!), file.Tensors.Select(t => t.Name));
        foreach (GgufTensor tensor in file.Tensors)
        {
            JsonElement known = expected.GetProperty("tensors").GetProperty(tensor.Name), stored = known.GetProperty("files").GetProperty(type);
            Assert.Equal(known.GetProperty("dims").EnumerateArray().Select(size => size.GetInt64()), tensor.Shape.Reverse());
            Assert.Equal(stored.GetProperty("type").GetString(), tensor.Codec.Name);
            if (tensor.Name == GgufNames.RotaryFactors) continue;
            Assert.Equal((tensor.Name, stored.GetProperty("sha256").GetString()), (tensor.Name, GgufGoldens.HashOf(file, tensor)));
        }
    }

    /// <summary>The powers of a base in float32 are the platform's; the factors made of them are compared where they are read.</summary>
    private static bool HasComputedFactors(JsonElement expected) =>
        expected.GetProperty("order_of_tensors").EnumerateArray().Any(name => name.GetString() == GgufNames.RotaryFactors);
}
