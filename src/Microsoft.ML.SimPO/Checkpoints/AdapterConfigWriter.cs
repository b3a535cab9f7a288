using System.Text.Json;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Writes <c>adapter_config.json</c>.</summary>
internal static class AdapterConfigWriter
{
    /// <summary>The text of adapter_config.json with all fields that PEFT needs; what this library does not do is switched off in it.</summary>
    public static byte[] Write(AdapterConfig config)
    {
        using var memory = new MemoryStream();
        using (var json = new Utf8JsonWriter(memory, new JsonWriterOptions { Indented = true, IndentSize = 2, NewLine = "\n" }))
        {
            json.WriteStartObject();
            WriteNumbers(json, "alpha_pattern", config.AlphaPattern);
            WriteText(json, "base_model_name_or_path", config.BaseModel);
            json.WriteString("bias", config.Bias switch
            {
                AdapterBias.All => "all",
                AdapterBias.Adapted => "lora_only",
                _ => AdapterConfig.NoneText,
            });
            if (config.Targets.Excluded.Count > 0) WriteNames(json, "exclude_modules", config.Targets.Excluded, config.Targets.IsExcludedText);
            json.WriteBoolean("fan_in_fan_out", false);
            json.WriteBoolean("inference_mode", true);
            json.WriteBoolean("init_lora_weights", true);
            if (config.Targets.LayerContainers.Count > 0) WriteNames(json, "layers_pattern", config.Targets.LayerContainers, isText: false);
            WriteLayers(json, config.Targets.Layers);
            json.WriteNumber("lora_alpha", config.Alpha);
            json.WriteNumber("lora_dropout", config.Dropout);
            WriteNames(json, "modules_to_save", config.ModulesToSave, isText: false);
            json.WriteString("peft_type", "LORA");
            json.WriteNumber("r", config.Rank);
            WriteNumbers(json, "rank_pattern", config.RankPattern);
            WriteNames(json, "target_modules", config.Targets.Names, config.Targets.IsText);
            if (config.TargetParameters.Count > 0) WriteNames(json, "target_parameters", config.TargetParameters, isText: false);
            json.WriteString("task_type", config.IsOfRewardModel ? AdapterConfig.RewardTask : AdapterConfig.LanguageTask);
            if (config.TokenIndices.Count > 0)
            {
                json.WriteStartArray("trainable_token_indices");
                foreach (int id in config.TokenIndices) json.WriteNumberValue(id);
                json.WriteEndArray();
            }
            json.WriteBoolean("use_dora", config.HasMagnitudes);
            json.WriteBoolean("use_rslora", config.RankStabilized);
            json.WriteEndObject();
        }
        return memory.ToArray();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is null) json.WriteNull(name);
        else json.WriteString(name, text);
    }

    private static void WriteNames(Utf8JsonWriter json, string name, IReadOnlyList<string> texts, bool isText)
    {
        if (texts.Count == 0 || isText)
        {
            WriteText(json, name, texts.Count == 0 ? null : texts[0]);
            return;
        }
        json.WriteStartArray(name);
        foreach (string text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void WriteLayers(Utf8JsonWriter json, IReadOnlyList<int> layers)
    {
        if (layers.Count == 0) return;
        json.WriteStartArray("layers_to_transform");
        foreach (int layer in layers) json.WriteNumberValue(layer);
        json.WriteEndArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, ModuleNumbers numbers)
    {
        json.WriteStartObject(name);
        foreach ((string key, double value) in numbers.Entries) json.WriteNumber(key, value);
        json.WriteEndObject();
    }
}
