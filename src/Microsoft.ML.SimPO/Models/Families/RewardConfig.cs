using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Models.Families;

/// <summary>Makes the <c>config.json</c> of a language model that of a reward model over its layers, as Hugging Face writes and reads it.</summary>
internal static class RewardConfig
{
    /// <summary>The standard deviation of a new head's weights, where the configuration says nothing.</summary>
    private const double UsualRange = 0.02;

    /// <param name="files">Those of the language model.</param>
    /// <param name="head">What is put in the place of its own.</param>
    /// <returns>The file with every other byte as it was.</returns>
    public static ModelFile Of(ModelFiles files, RewardHead head)
    {
        ModelConfig config = ModelConfig.Load(files);
        (string Name, string Value)[] fields =
        [
            ("architectures", $"[\"{ModelFamilies.Of(config).ClassName}{RewardHeadReader.Suffix}\"]"),
            ("id2label", "{\"0\": \"LABEL_0\"}"),
            ("label2id", "{\"LABEL_0\": 0}"),
            ("pad_token_id", head.PaddingToken is { } padding ? FormattableString.Invariant($"{padding}") : "null"),
            .. config.Has("num_labels") ? [("num_labels", "1")] : Array.Empty<(string, string)>(),
        ];
        byte[] json = fields.Aggregate(files.Get(ModelConfig.FileName), (text, field) => ConfigRewriter.With(text, field.Name, field.Value));
        return new ModelFile(ModelConfig.FileName, json);
    }

    /// <summary>The standard deviation that Hugging Face draws a new head's weights with.</summary>
    /// <exception cref="InvalidDataException">It is no number above 0.</exception>
    public static double InitializerRange(ModelConfig config) => config.GetPositive("initializer_range", UsualRange);
}
