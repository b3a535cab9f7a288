using System.Text.Json;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO;

/// <summary>What Hugging Face makes of the sample's untuned model: ids, mean log-probabilities, greedy answers.</summary>
public sealed class BaselineTests : IDisposable
{
    private readonly AlignmentTransformer _model = new MLContext().Alignment.LoadModel(QuickStartFiles.Model);
    private readonly JsonElement[] _baseline = QuickStartFiles.Baseline();
    private readonly EncodedPrompt[] _pairs;

    public BaselineTests()
    {
        Dictionary<string, TextPair> rows = Data.PreferenceReader.Read(QuickStartFiles.Test)
            .ToDictionary(r => r.Prompt, r => new TextPair { Prompt = r.Prompt, Chosen = r.Chosen, Rejected = r.Rejected });
        PreferenceEncoder encoder = PreferenceEncoder.Load(QuickStartFiles.Model);
        _pairs = [
            .. _baseline.Select((b, i) => rows[b.GetProperty("prompt").GetString()!]).Select((p, i) => encoder.Encode(p.Prompt, p.Chosen, p.Rejected, i + 1)!)];
    }

    public void Dispose() => _model.Dispose();

    [Fact]
    public void Token_ids_are_equal()
    {
        Assert.NotEmpty(_baseline);
        foreach ((JsonElement expected, EncodedPrompt pair) in _baseline.Zip(_pairs))
        {
            int[] prompt = Ids(expected, "prompt_ids");
            Assert.Equal([.. prompt, .. Ids(expected, "chosen_ids")], pair.Chosen.Ids);
            Assert.Equal([.. prompt, .. Ids(expected, "rejected_ids")], pair.Rejected.Ids);
            Assert.Equal((prompt.Length, prompt.Length), (pair.Chosen.PromptLength, pair.Rejected.PromptLength));
        }
    }

    [Fact]
    public void Mean_log_probabilities_agree_to_a_ten_thousandth()
    {
        GroupScore[] scores = new GroupScorer(_model.Model.Decoder).Score(_pairs);
        for (int i = 0; i < scores.Length; i++)
        {
            Assert.Equal(_baseline[i].GetProperty("chosen_logp").GetDouble(), scores[i].Chosen.Mean, 1e-4);
            Assert.Equal(_baseline[i].GetProperty("rejected_logp").GetDouble(), scores[i].Rejected.Mean, 1e-4);
        }
    }

    [Fact]
    public void Greedy_answers_are_equal() => Assert.Equal(
        _baseline.Select(b => b.GetProperty("greedy").GetString()),
        _model.Generate(_baseline.Select(b => b.GetProperty("prompt").GetString()!), new GenerationOptions { MaxNewTokens = 64 }));

    private static int[] Ids(JsonElement of, string name) => [.. of.GetProperty(name).EnumerateArray().Select(i => i.GetInt32())];
}
