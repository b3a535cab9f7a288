using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Text.Encoders;
using TorchSharp;
using static TorchSharp.torch;
using Functional = TorchSharp.torch.nn.functional;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>
/// The algorithm of the reference trainers on the same libtorch: every pair twice, padded; logits of every position; one graph of the whole step; TorchSharp's
/// AdamW. Plain Llama architectures only.
/// </summary>
internal sealed class ReferenceModel : IDisposable
{
    private readonly DecoderArchitecture _architecture;
    private readonly TorchSharp.Modules.Parameter _embedding, _norm;
    private readonly TorchSharp.Modules.Parameter? _head;
    private readonly ReferenceLayer[] _layers;
    private readonly optim.Optimizer _optimizer;

    /// <summary>With copies of the weights of <paramref name="source"/>.</summary>
    public ReferenceModel(Decoder source, double learningRate)
    {
        _architecture = source.Architecture;
        _embedding = Copy(source.Embedding.Value);
        _head = _architecture.TiedHead ? null : Copy(source.Head.Value);
        _norm = Copy(source.FinalNorm.Weight!.Value);
        _layers = [.. source.Layers.Select(l => new ReferenceLayer(_architecture, l.Parameters))];
        Parameters = [_embedding, _norm, .. _head is null ? Array.Empty<TorchSharp.Modules.Parameter>() : [_head], .. _layers.SelectMany(l => l.Parameters)];
        _optimizer = optim.AdamW(Parameters, learningRate, weight_decay: 0);
    }

    public IReadOnlyList<TorchSharp.Modules.Parameter> Parameters { get; }

    public static TorchSharp.Modules.Parameter Copy(Tensor value) => new(value.clone().DetachFromDisposeScope());

    /// <summary>SimPO's loss of the pairs, its gradients, and an update.</summary>
    /// <returns>The loss, and the gradients' norm where asked for.</returns>
    public (double Loss, double? Norm) Step(IReadOnlyList<EncodedPrompt> pairs, double beta, double ratio, bool norm)
    {
        double value = Gradients(pairs, beta, ratio);
        double? length = null;
        if (norm)
        {
            using DisposeScope scope = NewDisposeScope();
            length = Math.Sqrt(Parameters.Sum(p => Math.Pow(p.grad!.norm().item<float>(), 2)));
        }
        Update();
        return (value, length);
    }

    /// <summary>Mean log-probabilities of the chosen answers, then of the rejected ones; no gradients.</summary>
    public float[] Score(IReadOnlyList<EncodedPrompt> pairs)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradients = no_grad();
        PaddedBatch batch = PaddedBatch.Of(pairs);
        return LogProbabilities(Logits(batch), batch.Labels).data<float>().ToArray();
    }

    /// <summary>An update with the gradients as they are.</summary>
    public void Update()
    {
        using DisposeScope scope = NewDisposeScope();
        _optimizer.step();
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        foreach (TorchSharp.Modules.Parameter parameter in Parameters) parameter.Dispose();
    }

    private double Gradients(IReadOnlyList<EncodedPrompt> pairs, double beta, double ratio)
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (TorchSharp.Modules.Parameter parameter in Parameters) parameter.grad = null;
        PaddedBatch batch = PaddedBatch.Of(pairs);
        Tensor logps = LogProbabilities(Logits(batch), batch.Labels);
        Tensor chosen = logps.narrow(0, 0, pairs.Count), rejected = logps.narrow(0, pairs.Count, pairs.Count);
        Tensor loss = (-Functional.logsigmoid(beta * (chosen - rejected - ratio))).mean();
        loss.backward();
        return loss.item<float>();
    }

    /// <summary>[2 B, T, vocabulary]</summary>
    private Tensor Logits(PaddedBatch batch)
    {
        long width = batch.Ids.shape[1];
        // [2 B, 1, T, T]
        Tensor mask = ones(width, width, ScalarType.Bool).tril().unsqueeze(0).unsqueeze(0).logical_and(batch.Visible.unsqueeze(1).unsqueeze(1));
        (Tensor cos, Tensor sin) = Angles(width);
        Tensor x = TorchScript.Embedding(batch.Ids, _embedding);
        foreach (ReferenceLayer layer in _layers) x = layer.Forward(x, cos, sin, mask);
        return Functional.linear(TorchScript.RmsNorm(x, _norm), _head ?? _embedding);
    }

    private (Tensor Cos, Tensor Sin) Angles(long width)
    {
        Tensor frequencies = pow(_architecture.Rotaries[0].Base, arange(0, _architecture.HeadDim, 2, ScalarType.Float32).div(-_architecture.HeadDim));
        Tensor angles = arange(width, ScalarType.Float32).unsqueeze(-1) * frequencies; // [T, headDim / 2]
        Tensor both = cat([angles, angles], -1).unsqueeze(0).unsqueeze(0);
        return (both.cos(), both.sin());
    }

    /// <summary>Mean over the scored tokens of each sequence, [2 B].</summary>
    private static Tensor LogProbabilities(Tensor logits, Tensor labels)
    {
        long rows = labels.shape[1] - 1;
        Tensor targets = labels.narrow(1, 1, rows).clone(), scored = targets.ne(PaddedBatch.Ignored);
        targets.masked_fill_(targets.eq(PaddedBatch.Ignored), 0);
        Tensor logps = logits.narrow(1, 0, rows).log_softmax(-1).gather(2, targets.unsqueeze(2)).squeeze(2);
        return (logps * scored).sum(1) / scored.sum(1);
    }
}
