using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Generation;

/// <summary>What the makers of a model suggest in <c>generation_config.json</c>.</summary>
internal static class GenerationConfig
{
    /// <summary>Fields that change what transformers writes and are not applied here, with the number at which they change nothing, if there is one.</summary>
    private static readonly Dictionary<string, double> NotApplied = new(StringComparer.Ordinal)
    {
        ["num_beams"] = 1, ["num_beam_groups"] = 1, ["penalty_alpha"] = 0, ["typical_p"] = 1, ["epsilon_cutoff"] = 0, ["eta_cutoff"] = 0,
        ["guidance_scale"] = 1, ["min_length"] = 0, ["encoder_repetition_penalty"] = 1, ["bad_words_ids"] = double.NaN, ["force_words_ids"] = double.NaN,
        ["suppress_tokens"] = double.NaN, ["begin_suppress_tokens"] = double.NaN, ["forced_bos_token_id"] = double.NaN,
        ["forced_eos_token_id"] = double.NaN, ["sequence_bias"] = double.NaN, ["exponential_decay_length_penalty"] = double.NaN,
        ["constraints"] = double.NaN, ["watermarking_config"] = double.NaN, ["dola_layers"] = double.NaN, ["max_time"] = double.NaN,
    };

    /// <summary>Where a file samples and names no top_k, transformers has this.</summary>
    private const int TopKOfTransformers = 50;

    /// <param name="files">Those of the model.</param>
    /// <inheritdoc cref="Read"/>
    public static GenerationOptions Of(ModelFiles files) => Read(new HubFolder(files).Generation);

    /// <summary>A sentence for each field that is set, would change what is written, and is not applied. Null is not set.</summary>
    public static IEnumerable<string> Unapplied(ModelFiles files)
    {
        if (new HubFolder(files).Generation is not { } config) yield break;
        foreach (string field in config.FieldNames)
        {
            if (!NotApplied.TryGetValue(field, out double neutral) || IsOff(config.Find(field)!.Value, neutral)) continue;
            string value = ModelConfig.Describe(config.Find(field)!.Value);
            yield return $"{HubFolder.GenerationConfigName}: field '{field}' is set to {value}, which is not applied: what is generated may differ from what "
                + "transformers generates.";
        }
    }

    private static bool IsOff(JsonElement value, double neutral) => value.ValueKind switch
    {
        JsonValueKind.Number => value.TryGetDouble(out double number) && number == neutral,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().MoveNext(),
        JsonValueKind.False => true,
        _ => false,
    };

    /// <param name="config">Null for a model without the file: then the defaults are suggested.</param>
    /// <exception cref="InvalidDataException">A field is out of its range; all of them are listed.</exception>
    public static GenerationOptions Read(ModelConfig? config)
    {
        if (config is null) return new GenerationOptions();
        bool sample = config.GetBool("do_sample", false);
        var plain = new GenerationOptions();
        int longest = config.GetInt32("max_new_tokens", plain.MaxNewTokens);
        var options = new GenerationOptions
        {
            MaxNewTokens = longest,
            // As in transformers, max_new_tokens goes before max_length, which counts the prompt.
            MaxLength = config.Has("max_new_tokens") ? null : config.GetInt32OrNull("max_length"),
            MinNewTokens = config.GetInt32("min_new_tokens", 0),
            Sample = sample,
            Temperature = (float)config.GetDouble("temperature", 1),
            TopK = config.GetInt32("top_k", sample && !config.IsNull("top_k") ? TopKOfTransformers : 0), // null is none
            TopP = (float)config.GetDouble("top_p", 1),
            MinP = (float)config.GetDouble("min_p", 0),
            RepetitionPenalty = (float)config.GetDouble("repetition_penalty", 1),
            NoRepeatNgramSize = config.GetInt32("no_repeat_ngram_size", 0),
            StopStrings = config.GetStringList("stop_strings"),
        };
        // Without sampling nobody reads these, and files have them at 0.
        if (!sample) options = options with { Temperature = 1, TopK = 0, TopP = 1, MinP = 0 };
        string[] faults = [.. options.Faults()];
        return faults.Length == 0 ? options : throw new InvalidDataException($"'{config.Path}': {string.Join(" ", faults)}");
    }
}
