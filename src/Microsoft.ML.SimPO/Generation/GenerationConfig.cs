using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Generation;

/// <summary>What the makers of a model suggest in <c>generation_config.json</c>.</summary>
internal static class GenerationConfig
{
    /// <summary>Where a file samples and names no top_k, transformers has this.</summary>
    private const int TopKOfTransformers = 50;

    /// <param name="files">Those of the model.</param>
    /// <inheritdoc cref="Read"/>
    public static GenerationOptions Of(ModelFiles files) => Read(new HubFolder(files).Generation);

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
