using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Experts;
using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Parity;
using Microsoft.ML.SimPO.Text.Encoders;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Training;

/// <summary>The auxiliary loss of a mixture of experts. That whole runs are those of TRL is what the golden runs say.</summary>
public class RouterLossTests
{
    private const double Weight = 0.5;

    private static readonly ExpertArchitecture Experts = new(4, 2, 12, Renormalizes: true);

    /// <summary>Two layers of experts around one without.</summary>
    internal static DecoderArchitecture Architecture { get; } = RandomDecoder.Architecture with
    {
        Layers = [new LayerArchitecture(null, 0, Experts), new LayerArchitecture(null, 0), new LayerArchitecture(null, 0, Experts)],
    };

    /// <summary>
    /// Rows with probabilities (1/2, 1/4, 1/4) and (1/8, 5/8, 1/4) choose the two likeliest; the second stands for three tokens, and of two layers the other
    /// one is the same: f = (1/4, 3/4 + 1/4, 3/4), P = ((1/2 + 3/8) / 4, (1/4 + 15/8) / 4, 1/4), and 3 (f . P).
    /// </summary>
    [Fact]
    public void The_value_is_that_of_the_equation()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor logits = tensor(new float[] { 4, 2.001f, 2, 1, 5, 2 }, [2, 3]).log();
        logits[0, 1] = MathF.Log(2);
        logits[0, 1] += 1e-6f; // the second of the first row, by a hair
        var balance = new RouterBalance(Weight);
        using var rows = new RoutedRows(balance, [1, 3], CPU);
        for (int layer = 0; layer < 2; layer++) rows.Add(new ExpertRouting(new ExpertArchitecture(3, 2, 4, true), logits));
        balance.Close();
        rows.Add(new ExpertRouting(new ExpertArchitecture(3, 2, 4, true), logits * 2)); // too late: it is another pass of the same rows
        Assert.Equal(3 * ((0.25 * 0.875 / 4) + (1 * 2.125 / 4) + (0.75 * 0.25)), balance.Value, 1e-5);
        Assert.Equal(Weight, balance.Weight);
    }

    [Fact]
    public void The_gradient_of_a_layer_is_that_of_automatic_differentiation()
    {
        using DisposeScope scope = NewDisposeScope();
        using Decoder decoder = RandomDecoder.Make(3, Architecture);
        LayerParameters layer = decoder.Layers[0].Parameters;
        var block = new ExpertsBlock(decoder.Architecture, layer, layer.Experts!);
        foreach (Parameter parameter in decoder.Parameters) parameter.Train();
        Tensor input = randn([5, 32], float32, CPU, generator: new Generator(1, CPU));
        int[] weights = [1, 2, 0, 1, 3];
        var balance = new RouterBalance(Weight);
        using var rows = new RoutedRows(balance, weights, CPU);
        using var kept = new LayerActivations();
        block.Forward(input, kept, rows);
        balance.Close();
        Tensor found = block.Backward(zeros_like(input), input, kept, rows); // of the auxiliary loss alone

        Tensor x = input.clone().requires_grad_(), router = layer.Experts!.Router.Value.clone().requires_grad_(), norm = layer.MlpNorm!.Weight!.Value;
        Tensor probabilities = softmax(matmul(x * rsqrt(x.square().mean([-1L], keepdim: true) + decoder.Architecture.NormEpsilon) * norm, router.t()), -1);
        Tensor w = tensor(Array.ConvertAll(weights, i => (float)i)).unsqueeze(1) / weights.Sum();
        Tensor chosen = zeros_like(probabilities).scatter(1, topk(probabilities, 2).indices, ones(5, 2)).detach();
        Tensor expected = Weight * 4 * ((chosen * w).sum([0L]) * (probabilities * w).sum([0L])).sum();
        expected.backward();
        Assert.Equal(expected.item<float>(), Weight * balance.Value, 1e-5);
        Differences.AssertClose("input", x.grad!.data<float>().ToArray(), found.data<float>().ToArray(), 1e-6);
        Differences.AssertClose("router", router.grad!.data<float>().ToArray(), layer.Experts.Router.Gradient.data<float>().ToArray(), 1e-6);
        Assert.All(layer.Experts.GateUps, p => Assert.Equal(0, p.Gradient.abs().max().item<float>()));
    }

    /// <summary>
    /// Prompts are computed once where their answers are in one pass and again where they are not: it is the tokens of the sequences that count.
    /// </summary>
    [Fact]
    public void A_step_has_one_auxiliary_loss_however_it_is_cut()
    {
        EncodedPrompt[] pairs = RandomPairs.Make(4);
        pairs = [.. pairs, EncodedPrompt.Pair(pairs[0].Chosen.Ids, pairs[0].Chosen.PromptLength, pairs[0].Rejected.Ids, pairs[0].Rejected.PromptLength)];
        TrainingProgress whole = Step(new SimPOLoss(2, 0.5), pairs, [[0, 1, 2, 3, 4]], int.MaxValue);
        TrainingProgress without = Step(new SimPOLoss(2, 0.5), pairs, [[0, 1, 2, 3, 4]], int.MaxValue, weight: 0);
        double auxiliary = whole.MethodMetrics["aux_loss"];
        Assert.Equal(without.Loss + (Weight * auxiliary), whole.Loss, 1e-6);
        Assert.True(Math.Abs(whole.GradientNorm - without.GradientNorm) > 1e-3);
        Assert.Empty(without.MethodMetrics);
        foreach (TrainingProgress cut in new[]
        {
            Step(new SimPOLoss(2, 0.5), pairs, [[0, 1], [2], [3, 4]], int.MaxValue), Step(new SimPOLoss(2, 0.5), pairs, [[0, 1, 2, 3, 4]], 1),
            Step(new SimPOLoss(2, 0.5), pairs, [[4, 3], [0, 1, 2]], 30, recompute: true),
        })
        {
            Assert.Equal(auxiliary, cut.MethodMetrics["aux_loss"], 1e-6);
            Assert.Equal(whole.Loss, cut.Loss, 1e-5);
            Assert.Equal(whole.GradientNorm, cut.GradientNorm, 1e-4);
        }
        // A loss that scores the step before its gradients has the tokens counted on the way.
        var sorted = new DpoLoss(new(0.1, (DpoLossType.Aot, 1)));
        EncodedPrompt[] referenced = [.. pairs.Select(p => p.WithReferences([-20, -30]))];
        Assert.Equal(auxiliary, Step(sorted, referenced, [[0, 1], [2, 3, 4]], int.MaxValue).MethodMetrics["aux_loss"], 1e-6);
    }

    /// <summary>In the way of the reference trainers each micro-batch has one of its own, and the step their mean.</summary>
    [Fact]
    public void Micro_batches_of_a_trainer_that_is_followed_are_balanced_each_by_itself()
    {
        EncodedPrompt[] pairs = RandomPairs.Make(4);
        double Of(params int[][] batches) =>
            Step(new SimPOLoss(2, 0.5), pairs, batches, 1, weighting: StepWeighting.EachMicroBatch()).MethodMetrics["aux_loss"];
        Assert.Equal((Of([0, 1]) + Of([2, 3])) / 2, Of([0, 1], [2, 3]), 1e-6);
        Assert.NotEqual(Of([0, 1, 2, 3]), Of([0, 1], [2, 3]), 1e-4);
    }

    [Fact]
    public void A_model_without_experts_is_refused_before_its_first_step()
    {
        var context = new MLContext(seed: 1);
        var trainer = context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o => o.RouterLossWeight = 0.01));
        Assert.Equal(
            "`RouterLossWeight` must be 0 with a model without experts, but was 0.01: 'llama' has no routers. Use 0.",
            Assert.Throws<InvalidOperationException>(() => trainer.Fit(context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(4)))).Message);
        Assert.Equal(
            "`RouterLossWeight` must be 0 or more, but was -1. Use 0.001 to 0.02, or 0 for none. (Parameter 'options')",
            Assert.Throws<ArgumentException>(() => context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o => o.RouterLossWeight = -1))).Message);
    }

    /// <summary>TRL 1.16 takes the weight of <c>config.json</c> unasked; here nothing but the option asks for it.</summary>
    [Theory]
    [InlineData(Compatibility.None)]
    [InlineData(Compatibility.Trl116)]
    public void It_is_off_until_it_is_asked_for(Compatibility mode)
    {
        using Decoder decoder = RandomDecoder.Make(3, Architecture);
        Assert.True(decoder.Architecture.HasExperts);
        var options = new DpoTrainer.Options { ModelPath = "mixture", Compatibility = mode };
        Assert.Equal(0, options.Settings(decoder).RouterLossWeight);
        options.RouterLossWeight = 0.02;
        Assert.Equal(0.02, options.Settings(decoder).RouterLossWeight);
        Assert.Null(options.RouterLossFault(decoder.Architecture));
    }

    private static TrainingProgress Step(
        IAlignmentLoss loss, EncodedPrompt[] pairs, int[][] microBatches, int tokens, double weight = Weight, bool recompute = false,
        StepWeighting? weighting = null)
    {
        using Decoder decoder = RandomDecoder.Make(3, Architecture);
        var settings = new TrainingSettings
        {
            LearningRate = 1e-9, RouterLossWeight = weight, Weighting = weighting ?? StepWeighting.EachPair,
            Plan = ComputePlan.On(CPU) with { TokensPerPass = tokens, Recompute = recompute },
        };
        List<TrainingProgress> steps = [];
        new TrainingLoop(decoder, loss, settings).Run(pairs, [new TrainingStep(microBatches, 1)], steps.Add);
        return steps[0];
    }
}
