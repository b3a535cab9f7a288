using System.Text.Json;
using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Parity;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Training;

/// <summary>From one state, a step has one result: however it is cut into passes, and whatever is kept or computed again.</summary>
public sealed class StepInvarianceTests
{
    private const long FourRows = 4 * 4L * RandomDecoder.VocabularySize;

    [Theory]
    [InlineData("plain", SftNormalization.Pair)]
    [InlineData("plain", SftNormalization.StepTokens)]
    [InlineData("ornate", SftNormalization.Pair)]
    [InlineData("llama-gqa-untied", SftNormalization.StepTokens)]
    public void A_step_does_not_depend_on_how_it_is_cut(string model, SftNormalization normalization)
    {
        using Decoder decoder = Load(model);
        EncodedPrompt[] pairs = [.. RandomPairs.Make(3), .. RandomPairs.Corners().Values];
        var step = new Step(decoder, pairs, normalization);
        Outcome whole = step.Run(pairs.Length, int.MaxValue);
        Assert.InRange(whole.Norm, 1e-3, 1e3);
        foreach (int size in new[] { 1, 2, 4 }) AssertSame($"micro-batches of {size}", whole, step.Run(size, int.MaxValue));
        foreach (int tokens in new[] { 1, 30, 70 }) AssertSame($"{tokens} tokens", whole, step.Run(pairs.Length, tokens));
        AssertSame("recompute", whole, step.Run(pairs.Length, int.MaxValue, recompute: true));
        AssertSame("recompute, micro-batches of 2", whole, step.Run(2, int.MaxValue, recompute: true));
        AssertSame("head in chunks of four rows", whole, step.Run(pairs.Length, int.MaxValue, budget: FourRows));
        AssertSame("head in chunks of one row", whole, step.Run(4, int.MaxValue, budget: 1));
        AssertSame("prompts not shared", whole, step.Run(pairs.Length, int.MaxValue, sharing: PromptSharing.None));
    }

    /// <summary>One golden model of each family: packed against one by one.</summary>
    public static TheoryData<string> Families => [.. GoldenCases.ModelKinds.SelectMany(kind => Directory.EnumerateDirectories(
        Path.Combine(GoldenCases.OwnRoot, kind))).Where(folder => File.Exists(Path.Combine(folder, "config.json"))).Order(StringComparer.Ordinal)
        .DistinctBy(ModelGolden.TextFamily).Select(folder => Path.GetRelativePath(GoldenCases.OwnRoot, folder))];

    [Theory]
    [MemberData(nameof(Families))]
    public void A_step_of_any_family_does_not_depend_on_how_it_is_cut(string folder)
    {
        using Decoder decoder = DecoderLoader.Load(Path.Combine(GoldenCases.OwnRoot, folder), TorchSharp.torch.CPU);
        EncodedPrompt[] pairs = RandomPairs.Make(3);
        var step = new Step(decoder, pairs, SftNormalization.Pair);
        Outcome whole = step.Run(pairs.Length, int.MaxValue);
        Outcome single = step.Run(1, int.MaxValue, sharing: PromptSharing.None);
        AssertSame("one by one, prompts not shared", whole, single);
        AssertSame("recompute", whole, step.Run(pairs.Length, int.MaxValue, recompute: true));
        double apart = Math.Sqrt(whole.Gradients.Zip(single.Gradients, (a, b) => a.Zip(b, (x, y) => Math.Pow(x - (double)y, 2)).Sum()).Sum());
        Assert.InRange(apart / whole.Norm, 0, Sensitive.Contains(Path.GetFileName(folder)) ? OwnDistance(folder) : 1e-6);
    }

    /// <summary>
    /// Models in which a rounding of the first layers grows on its way: float32 gradients of the reference itself are further from those in float64 than a
    /// millionth. They are bounded by that distance.
    /// </summary>
    private static readonly string[] Sensitive = ["glm4", "qwen3_5"];

    /// <summary>How far the reference's float32 gradient of a parameter is from float64's, in units of its largest value.</summary>
    private static double OwnDistance(string folder)
    {
        using JsonDocument tolerance = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(GoldenCases.OwnRoot, folder, "tolerance.json")));
        double distance = tolerance.RootElement.GetProperty("grad").GetProperty("max_abs_over_parameter_max").GetDouble();
        Assert.InRange(distance, 1.5e-6, 3e-5);
        return distance;
    }

    /// <summary>Where gradients of the embedding come from look-ups and from the tied head, only the look-ups of the padding token can be left out.</summary>
    [Fact]
    public void Look_ups_of_the_padding_token_count_unless_told_otherwise()
    {
        using Decoder decoder = RandomDecoder.Make(1, RandomDecoder.Architecture with { TiedHead = false });
        var step = new Step(decoder, [RandomPairs.Corners()["padding tokens inside"]], SftNormalization.Pair);
        int width = decoder.Architecture.HiddenSize;
        float[] with = step.Run(1, int.MaxValue).Gradients[0], without = step.Run(1, int.MaxValue, lookUpPadding: false).Gradients[0];
        Assert.Contains(with[..width], g => Math.Abs(g) > 1e-4); // row 0 is the padding token's
        Assert.All(without[..width], g => Assert.Equal(0, g));
        Assert.Equal(with[width..], without[width..]);
    }

    private static Decoder Load(string model) => model switch
    {
        "plain" => RandomDecoder.Make(),
        "ornate" => RandomDecoder.Make(2, RandomDecoder.Ornate),
        _ => DecoderLoader.Load(Path.Combine(GoldenCases.OwnRoot, "models", model), TorchSharp.torch.CPU),
    };

    private static void AssertSame(string how, Outcome expected, Outcome found)
    {
        Differences.AssertClose($"{how}: loss", expected.Loss, found.Loss, 2e-6 * Math.Abs(expected.Loss));
        Differences.AssertClose($"{how}: gradient norm", expected.Norm, found.Norm, 2e-6 * expected.Norm);
        for (int i = 0; i < expected.Gradients.Length; i++)
            Differences.AssertClose($"{how}: gradient {i}", expected.Gradients[i], found.Gradients[i], 1e-5 * expected.Largest);
    }

    private sealed record Outcome(double Loss, float[][] Gradients)
    {
        public double Norm { get; } = Math.Sqrt(Gradients.Sum(g => g.Sum(v => (double)v * v)));

        public double Largest { get; } = Gradients.Max(g => g.Max(Math.Abs));
    }

    private sealed class Step(Decoder decoder, EncodedPrompt[] pairs, SftNormalization normalization)
    {
        public Outcome Run(int size, int tokens, bool recompute = false, long budget = ResponseHead.DefaultBudget, PromptSharing sharing = PromptSharing.Batch,
            bool lookUpPadding = true)
        {
            foreach (Parameter parameter in decoder.Trainable)
            {
                parameter.Train();
                parameter.Gradient.zero_();
            }
            using var pass = new GradientPass(decoder, new ResponseHead(
                decoder, new SimPOLoss(2.5, 0.5, labelSmoothing: 0.1, sftWeight: 0.3, sftNormalization: normalization), budget), recompute, lookUpPadding);
            var step = new TrainingStep([.. new StepPlanner(pairs, size, tokens).Plan(1, null).SelectMany(s => s.MicroBatches)], 1);
            GroupContext[] contexts = (StepWeighting.EachPair with { SftNormalization = normalization }).Contexts(step, pairs);
            double loss = 0;
            for (int i = 0; i < contexts.Length; i++)
                loss += pass.Run(PackedBatch.Of([.. step.MicroBatches[i].Select(p => (p, pairs[p]))], decoder.Architecture, sharing), contexts[i])
                    .Sum(p => p.Loss.Value);
            return new Outcome(loss, [.. decoder.Trainable.Select(p => p.Gradient.data<float>().ToArray())]);
        }
    }
}
