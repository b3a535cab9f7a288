using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Models.Families;

/// <summary>Nothing that a configuration says about the computation is ignored silently: what is not known is named, or refused.</summary>
internal static class ConfigCheck
{
    /// <param name="family">Which fields are read.</param>
    /// <param name="config">The model's config.json.</param>
    /// <returns>Sentences about fields that are set and not applied.</returns>
    /// <exception cref="InvalidDataException">Fields are set that change the computation and are not read; all are named.</exception>
    public static IReadOnlyList<string> Run(ModelFamily family, ModelConfig config)
    {
        var faults = new Faults($"'{config.Path}'");
        List<string> notes = [];
        foreach (string field in config.FieldNames)
        {
            JsonElement value = config.Find(field)!.Value;
            if (IsRead(family, field) || ConfigFields.Harmless.Contains(field) || IsOff(value) || IsNeutral(field, value)) continue;
            string set = $"field {Faults.Quote(field)} is set to {ModelConfig.Describe(value)}";
            if (field is "quantization_config" or "compression_config")
                faults.Add($"{set}. Quantised checkpoints cannot be tuned; use the unquantised model.");
            else if (field is "is_encoder_decoder" or "add_cross_attention")
                faults.Add($"{set}. Only decoders can be tuned.");
            else if (field == "auto_map")
                notes.Add($"config.json names code of the model's own (auto_map). It is not run: the built-in family '{family.ModelType}' computes.");
            else if (ConfigFields.TrainingOnly.Contains(field)) AddTrainingOnly(notes, field, value);
            else if (ConfigFields.TellingWord(field) is { } word)
                faults.Add($"{set}, which family '{family.ModelType}' does not have, and its name speaks of '{word}': "
                    + "it may change what the model computes. Remove it if it is known to have no effect.");
            else notes.Add($"config.json: {set}, which is not known and has no effect here.");
        }
        faults.ThrowIfAny();
        return notes;
    }

    private static bool IsRead(ModelFamily family, string field) =>
        ConfigFields.Read.Contains(field) || family.Fields.Contains(field) || family.HarmlessFields?.Contains(field) == true;

    private static void AddTrainingOnly(List<string> notes, string field, JsonElement value)
    {
        // The factor of the router's auxiliary loss matters only where that loss is asked for.
        if (field == "router_aux_loss_coef" || IsNumber(value, 0)) return;
        notes.Add($"config.json: '{field}' is {ModelConfig.Describe(value)}; training here has neither dropout, noise nor a router's loss.");
    }

    private static bool IsNeutral(string field, JsonElement value) => ConfigFields.Neutral.TryGetValue(field, out double neutral) && IsNumber(value, neutral);

    private static bool IsNumber(JsonElement value, double number) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double found) && found == number;

    private static bool IsOff(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.False => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().MoveNext(),
        JsonValueKind.String => value.ValueEquals(""),
        _ => false,
    };
}
