using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Families;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Parity;

[Trait("Category", "Parity")]
public class RewardModelParityTests
{
    public static TheoryData<GoldenCase> Cases => GoldenCases.Folders("reward", "golden.safetensors");

    public static TheoryData<GoldenCase> All => GoldenCases.Folders("reward", "config.json");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Positions_and_rewards_are_those_of_Hugging_Face(GoldenCase golden)
    {
        using var fixture = new RewardGolden(golden);
        int[] positions = fixture.Tensors.Integers("positions");
        Assert.Equal(positions, fixture.Texts.Select(t => fixture.Decoder.Architecture.RewardHead!.PositionIn(t)));
        float[] expected = fixture.Tensors.Floats("rewards");
        foreach (EncodedPrompt[] groups in Layouts(fixture.Texts))
        {
            float[] found = [.. new GroupScorer(fixture.Decoder, new ModelReward()).Score(groups).SelectMany(g => g.Answers).Select(a => (float)a.Sum)];
            Differences.AssertClose("rewards", expected, [.. found.Take(expected.Length)], fixture.Tolerance("rewards"));
        }
        if (!fixture.Tensors.Has("rewards_padded")) return;
        // What padding at the end is to Hugging Face it is here: no part of the text.
        float[] padded = [.. new GroupScorer(fixture.Decoder, new ModelReward())
            .Score([.. fixture.Texts.Select(t => new EncodedPrompt(new EncodedAnswer(Padded(fixture, t), 1)))]).Select(g => (float)g.Chosen.Sum)];
        Differences.AssertClose("rewards_padded", fixture.Tensors.Floats("rewards_padded"), padded, fixture.Tolerance("rewards_padded"));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_head_says_the_same_at_every_position(GoldenCase golden)
    {
        using var fixture = new RewardGolden(golden);
        using DisposeScope scope = NewDisposeScope();
        using var pass = DecoderPass.Packed(fixture.Decoder.Architecture, TokenBatch.OfSequences(fixture.Texts), CPU);
        Tensor scores = fixture.Decoder.Logits(fixture.Decoder.FinalNorm.Forward(fixture.Decoder.Forward(pass)).Output);
        Assert.Equal([fixture.Texts.Sum(t => t.Length), 1L], scores.shape);
        Differences.AssertClose("scores", fixture.Tensors.Floats("scores"), scores.data<float>().ToArray(), fixture.Tolerance("scores"));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_folder_with_several_labels_is_refused_and_one_with_one_is_a_reward_model(GoldenCase golden)
    {
        ModelConfig config = ModelConfig.Load(golden.Path);
        int labels = config.Get("id2label").FieldNames.Count();
        DecoderArchitecture Read() => ModelFamilies.Of(config).Read(config);
        if (labels == 1)
        {
            Assert.Equal((1, false), (Read().HeadSize, Read().TiedHead));
            return;
        }
        string name = config.GetStringList("architectures")[0], message =
            $"'{config.Path}': '{name}' has {labels} labels. A reward model has one; classifiers are not supported.";
        Assert.Equal(message, Assert.Throws<NotSupportedException>(Read).Message);
        Assert.Equal(message, Assert.Throws<NotSupportedException>(() => DecoderLoader.Load(golden.Path, CPU)).Message);
    }

    /// <summary>
    /// A reward model that is made of a language model of the same sizes is saved as transformers saves one: every field of its config.json, no other, and
    /// the same tensors of the same shapes.
    /// </summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void What_is_saved_over_a_language_model_is_the_folder_that_Hugging_Face_writes(GoldenCase golden)
    {
        using var fixture = new RewardGolden(golden);
        byte[] config = GoldenFile.ReadBytes(golden.File("config.json"));
        JsonObject language = JsonNode.Parse(config)!.AsObject();
        string name = language["architectures"]![0]!.GetValue<string>();
        language["architectures"]![0] = name.Replace(RewardHeadReader.Suffix, "ForCausalLM", StringComparison.Ordinal);
        foreach (string own in new[] { "id2label", "label2id", "pad_token_id" }) language.Remove(own);
        var files = new ModelFiles("/m", [new ModelFile(ModelConfig.FileName, JsonSerializer.SerializeToUtf8Bytes(language))]);
        int? padding = fixture.Decoder.Architecture.RewardHead!.PaddingToken;
        JsonNode written = JsonNode.Parse(RewardConfig.Of(files, new RewardHead(padding)).Content)!;
        JsonObject right = JsonNode.Parse(config)!.AsObject();
        if (!right.ContainsKey("pad_token_id")) right["pad_token_id"] = padding; // the class's default, said
        Assert.True(JsonNode.DeepEquals(right, written), written.ToJsonString());

        using var folder = new TempFolder();
        new CheckpointWriter(files.With(RewardConfig.Of(files, new RewardHead(padding)))).Write(
            folder.File("saved"), ParameterSources.Merged(fixture.Decoder));
        using CheckpointReader ours = CheckpointReader.Open(folder.File("saved")), theirs = CheckpointReader.Open(golden.Path);
        Assert.Equal(
            theirs.Tensors.Select(t => $"{t.Key} {string.Join('x', t.Value.Shape)}").Order(StringComparer.Ordinal),
            ours.Tensors.Select(t => $"{t.Key} {string.Join('x', t.Value.Shape)}").Order(StringComparer.Ordinal));
    }

    /// <summary>Each text by itself; all in one pass; and as pairs that share what they begin with, with the text as the chosen answer.</summary>
    private static IEnumerable<EncodedPrompt[]> Layouts(IReadOnlyList<int[]> texts)
    {
        yield return [.. texts.Select(t => new EncodedPrompt(new EncodedAnswer(t, t.Length - 1)))];
        yield return [new EncodedPrompt([.. texts.Select(t => new EncodedAnswer(t, 1))])];
        yield return [new EncodedPrompt([.. texts.Select(t => new EncodedAnswer(t, 2)), .. texts.Select(t => new EncodedAnswer([.. t[..3], 5, 6], 2))])];
    }

    private static int[] Padded(RewardGolden fixture, int[] text) =>
        [.. text, .. Enumerable.Repeat(fixture.Decoder.Architecture.RewardHead!.PaddingToken!.Value, fixture.Texts.Max(t => t.Length) - text.Length)];
}
