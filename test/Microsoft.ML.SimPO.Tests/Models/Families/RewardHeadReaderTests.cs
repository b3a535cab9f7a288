using System.Text;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Families;

namespace Microsoft.ML.SimPO.Models;

public sealed class RewardHeadReaderTests
{
    private const string One = "\"id2label\":{\"0\":\"LABEL_0\"}";

    public static TheoryData<string> Published => [.. PublicConfigs.All.Keys];

    /// <summary>The class that a tuned model names is the family's, whatever its language model's is called: that of Gemma 3's texts differs.</summary>
    [Theory]
    [MemberData(nameof(Published))]
    public void A_language_models_configuration_becomes_that_of_a_reward_model_of_its_family(string model)
    {
        byte[] json = Encoding.UTF8.GetBytes(PublicConfigs.All[model]);
        DecoderArchitecture before = Read(json);
        Assert.Null(before.RewardHead);
        Assert.Equal(before.VocabularySize, before.HeadSize);
        ModelFile file = RewardConfig.Of(new ModelFiles("/m", [new ModelFile(ModelConfig.FileName, json)]), new RewardHead(7));
        ModelConfig config = ModelConfig.Parse(file.Content, "/m/config.json"), old = ModelConfig.Parse(json, "/m/config.json");
        string name = old.GetStringList("architectures")[0].Replace("ForCausalLM", "", StringComparison.Ordinal);
        string family = name == "Gemma3" ? "Gemma3Text" : name;
        Assert.Equal([$"{family}ForSequenceClassification"], config.GetStringList("architectures"));
        DecoderArchitecture after = Read(file.Content);
        Assert.Equal((new RewardHead(7), 1, false, 1.0, null), (after.RewardHead, after.HeadSize, after.TiedHead, after.LogitsScaling, after.LogitsSoftCap));
        string[] changed = ["architectures", "id2label", "label2id", "pad_token_id"];
        Assert.All(old.FieldNames.Except(changed), f => Assert.Equal(old.Find(f)!.Value.GetRawText(), config.Find(f)!.Value.GetRawText()));
        Assert.All(changed, f => Assert.True(config.Has(f)));
    }

    /// <summary>Labels are counted by their names, then by their number; of neither there are two.</summary>
    [Theory]
    [InlineData(One, 1)]
    [InlineData(One + ",\"num_labels\":3", 1)]
    [InlineData("\"num_labels\":1", 1)]
    [InlineData("\"num_labels\":3", 3)]
    [InlineData("\"id2label\":{\"0\":\"a\",\"1\":\"b\",\"2\":\"c\",\"3\":\"d\",\"4\":\"e\"}", 5)]
    [InlineData("\"use_cache\":true", 2)]
    public void A_reward_model_has_one_label(string fields, int labels)
    {
        Func<DecoderArchitecture> read = () => Read(Classifier("LlamaForSequenceClassification", fields));
        if (labels == 1) Assert.Equal(1, read().HeadSize);
        else
            Assert.Equal(
                $"'/m/config.json': 'LlamaForSequenceClassification' has {labels} labels. A reward model has one; classifiers are not supported.",
                Assert.Throws<NotSupportedException>(read).Message);
    }

    [Theory]
    [InlineData("Qwen2ForRewardModel", "\"use_cache\":true")]
    [InlineData("LlamaForRewardModelWithGating", One)]
    [InlineData("LlamaForSequenceClassification", One + ",\"auto_map\":{\"AutoModelForSequenceClassification\":\"modeling_x.LlamaForSequenceClassification\"}")]
    public void A_reward_model_with_code_of_its_own_is_refused_by_name(string name, string fields) => Assert.Equal(
        $"'/m/config.json': the reward model '{name}' is computed by code of its makers' own, which is not run. Reward models are supported as Hugging Face's "
            + "...ForSequenceClassification with one label.",
        Assert.Throws<NotSupportedException>(() => Read(Classifier(name, fields))).Message);

    [Theory]
    [InlineData("LlamaForTokenClassification")]
    [InlineData("Qwen3ForQuestionAnswering")]
    public void A_head_that_says_something_of_each_token_is_refused_by_name(string name) => Assert.Equal(
        $"'/m/config.json': '{name}' is neither a language model nor a reward model of whole texts. Supported are ...ForCausalLM, and "
            + "...ForSequenceClassification with one label.",
        Assert.Throws<NotSupportedException>(() => Read(Classifier(name, One))).Message);

    [Theory]
    [InlineData("\"architectures\":null")]
    [InlineData("\"architectures\":[]")]
    [InlineData("\"architectures\":7")]
    [InlineData("\"architectures\":[\"LlamaForCausalLM\",\"LlamaForSequenceClassification\"]")]
    [InlineData("\"architectures\":[\"LlamaModel\"]")]
    public void Without_such_a_name_at_the_first_place_it_is_a_language_model(string field) =>
        Assert.Null(Read(Encoding.UTF8.GetBytes(PublicConfigs.LlamaWith(field).Replace("\"architectures\":[\"LlamaForCausalLM\"],", "",
            StringComparison.Ordinal))).RewardHead);

    /// <summary>Absent is what the family's class has, null is none; -1 is the last row of the embedding, but no text has it.</summary>
    [Theory]
    [InlineData("Llama 3.2 1B", "", null)]
    [InlineData("Llama 3.2 1B", "\"pad_token_id\":5", 5)]
    [InlineData("Llama 3.2 1B", "\"pad_token_id\":-1", -1)]
    [InlineData("Gemma 2 2B", "", 0)]
    [InlineData("Gemma 2 2B", "\"pad_token_id\":null", null)]
    [InlineData("Phi-4 mini", "", 32000)]
    [InlineData("OLMo 2 1B", "", 1)]
    [InlineData("SmolLM3 3B", "", 128004)]
    public void An_absent_padding_token_is_that_of_the_familys_class(string model, string field, int? padding)
    {
        byte[] json = RewardConfig.Of(
            new ModelFiles("/m", [new ModelFile(ModelConfig.FileName, Encoding.UTF8.GetBytes(PublicConfigs.All[model]))]), new RewardHead(999)).Content;
        string text = Encoding.UTF8.GetString(json).Replace("\"pad_token_id\":999", "\"pad_token_id\": 999", StringComparison.Ordinal);
        Assert.Contains("\"pad_token_id\": 999", text, StringComparison.Ordinal);
        text = text.Replace("\"pad_token_id\": 999", field.Length == 0 ? "\"use_cache\":true" : field, StringComparison.Ordinal);
        Assert.Equal(new RewardHead(padding), Read(Encoding.UTF8.GetBytes(text)).RewardHead);
    }

    private static byte[] Classifier(string name, string fields) => Encoding.UTF8.GetBytes(
        PublicConfigs.LlamaWith(fields).Replace("LlamaForCausalLM", name, StringComparison.Ordinal));

    private static DecoderArchitecture Read(byte[] json)
    {
        ModelConfig config = ModelConfig.Parse(json, "/m/config.json");
        return ModelFamilies.Of(config).Read(config);
    }
}
