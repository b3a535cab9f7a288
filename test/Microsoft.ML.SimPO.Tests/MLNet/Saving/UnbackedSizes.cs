using System.Text.Json.Nodes;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Configurations whose sizes no weights stand behind, alone or multiplied: what they ask for would take terabytes, or overflows what counts it. Opened in a
/// process of its own.
/// </summary>
internal static class UnbackedSizes
{
    public const string Variable = "SIMPO_UNBACKED_SIZES";

    /// <summary>What is said of each.</summary>
    public const string Expected = "^InvalidDataException: .*(has shape|asks for|is missing|must be |is set to )";

    private const string Experts = "\"model_type\":\"mixtral\",\"num_experts_per_tok\":2,\"num_local_experts\":";

    /// <summary>The fields of the configurations.</summary>
    public static readonly string[] All =
    [
        "\"num_hidden_layers\":1000000", "\"num_hidden_layers\":2147483647", "\"num_hidden_layers\":4096", "\"num_hidden_layers\":-1",
        "\"hidden_size\":2147483647", "\"hidden_size\":1048576", "\"hidden_size\":0", "\"vocab_size\":2147483647", "\"vocab_size\":16777216",
        "\"intermediate_size\":2147483647", "\"intermediate_size\":4194304", "\"num_attention_heads\":65536", "\"head_dim\":2147483647",
        "\"num_attention_heads\":65536,\"head_dim\":2", "\"num_attention_heads\":65536,\"head_dim\":65536,\"num_key_value_heads\":1",
        "\"num_attention_heads\":65536,\"head_dim\":65536,\"num_key_value_heads\":65536", "\"num_key_value_heads\":65536",
        "\"num_attention_heads\":32768,\"head_dim\":65536,\"num_key_value_heads\":32768,\"hidden_size\":1048576",
        "\"vocab_size\":16777216,\"hidden_size\":1048576", "\"hidden_size\":1048576,\"intermediate_size\":4194304", $"{Experts}2147483647",
        $"{Experts}16384", $"{Experts}16384,\"num_hidden_layers\":4096", $"{Experts}4096,\"intermediate_size\":4194304", "\"sliding_window\":2147483648",
        "\"max_position_embeddings\":9223372036854775807",
    ];

    /// <summary>Prints what came of each, a line each, and at last what the most of them took.</summary>
    public static int Run()
    {
        using var folder = new TempFolder();
        string model = TinyModel.WriteTo(folder.File("model"));
        var (context, meter) = (new MLContext(), new WorkMeter());
        foreach (string fields in All)
        {
            JsonObject config = JsonNode.Parse(TinyModel.Files[TinyModel.Config])!.AsObject();
            foreach ((string name, JsonNode? value) in JsonNode.Parse($"{{{fields}}}")!.AsObject()) config[name] = value!.DeepClone();
            File.WriteAllText(Path.Combine(model, TinyModel.Config), config.ToJsonString());
            string told = Told(context, model); // once to have the code compiled
            meter.Do(fields, () =>
            {
                Told(context, model);
                return "refused";
            });
            Console.WriteLine(told.ReplaceLineEndings(" "));
        }
        Console.WriteLine(meter);
        return 0;
    }

    private static string Told(MLContext context, string model)
    {
        try
        {
            context.Alignment.LoadModel(model).Dispose();
            return "used";
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message}";
        }
    }
}
