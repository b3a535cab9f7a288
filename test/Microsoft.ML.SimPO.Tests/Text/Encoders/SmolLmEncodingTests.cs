using System.Text.Json;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Text;

/// <summary>The real chat model whose ids transformers and TRL wrote down.</summary>
public sealed class SmolLmEncodingTests
{
    [SkippableFact]
    public void Pairs_have_the_ids_of_transformers_and_the_lengths_of_TRL()
    {
        string? assets = Environment.GetEnvironmentVariable("SIMPO_TEST_ASSETS");
        string model = Path.Combine(assets ?? "", "models", "smollm2-135m-instruct");
        Skip.If(assets is null || !File.Exists(Path.Combine(model, "tokenizer.json")),
            "needs models/smollm2-135m-instruct in Hugging Face layout and data/ below the folder that SIMPO_TEST_ASSETS names");
        PreferenceEncoder encoder = PreferenceEncoder.Load(model, new PreferenceEncoderOptions { EmptyAnswers = EmptyAnswers.Keep, MaxLength = 8192 });
        JsonElement data = Read(assets, "data", "dpo_en_demo.json"), golden = Read(assets, "models", "smollm2-135m-instruct", "golden.json");
        foreach (JsonElement pair in golden.GetProperty("pairs").EnumerateArray())
        {
            EncodedPrompt encoded = Encode(encoder, data, pair.GetProperty("index").GetInt32());
            int[] prompt = Ids(pair, "prompt_ids");
            Assert.Equal([.. prompt, .. Ids(pair, "chosen_ids")], encoded.Chosen.Ids);
            Assert.Equal([.. prompt, .. Ids(pair, "rejected_ids")], encoded.Rejected.Ids);
            Assert.Equal(prompt.Length, encoded.SharedPrefixLength);
        }
        JsonElement curve = Read(assets, "models", "smollm2-135m-instruct", "trl-curve.json");
        int[] indices = Ids(curve, "pair_indices");
        for (int i = 0; i < indices.Length; i++)
        {
            EncodedPrompt encoded = Encode(encoder, data, indices[i]);
            int[] lengths = [.. curve.GetProperty("lengths")[i].EnumerateArray().Select(n => n.GetInt32())];
            Assert.Equal(lengths, new[] { encoded.SharedPrefixLength, encoded.Chosen.Ids.Length, encoded.Rejected.Ids.Length });
        }
    }

    private static EncodedPrompt Encode(PreferenceEncoder encoder, JsonElement data, int index)
    {
        JsonElement row = data[index];
        string prompt = JsonSerializer.Serialize(row.GetProperty("conversations").EnumerateArray().Select(turn => new
        {
            role = turn.GetProperty("from").GetString() switch { "human" => "user", "gpt" => "assistant", _ => "system" },
            content = turn.GetProperty("value").GetString(),
        }));
        return encoder.Encode(prompt, Answer(row, "chosen"), Answer(row, "rejected"), index)!;
    }

    private static string Answer(JsonElement row, string name) => row.GetProperty(name).GetProperty("value").GetString()!;

    private static int[] Ids(JsonElement row, string name) => [.. row.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];

    private static JsonElement Read(params string[] parts) => JsonDocument.Parse(File.ReadAllText(Path.Combine(parts))).RootElement;
}
