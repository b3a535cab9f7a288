using System.Diagnostics;
using Microsoft.ML.SimPO.Data.Packing;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>Whole steps of the library's engine: gradients of one micro-batch, clipping, AdamW.</summary>
internal sealed class EngineStep : IDisposable
{
    private readonly Decoder _decoder;
    private readonly AdamW _optimizer;
    private readonly GradientPass _pass;
    private readonly PromptSharing _sharing;

    public EngineStep(Decoder decoder, double beta, double ratio, bool recompute = false, PromptSharing sharing = PromptSharing.Batch)
    {
        foreach (Parameter parameter in decoder.Trainable) parameter.Train();
        (_decoder, _sharing) = (decoder, sharing);
        _optimizer = new AdamW(decoder.Trainable, new AdamWSettings());
        _pass = new GradientPass(decoder, new ResponseHead(decoder, new SimPOLoss(beta, ratio)), recompute);
    }

    /// <returns>Loss, gradient norm and where the time went.</returns>
    public IReadOnlyDictionary<string, double> Run(IReadOnlyList<EncodedPrompt> pairs, double learningRate)
    {
        var clock = Stopwatch.StartNew();
        double loss = Gradients(pairs);
        double gradients = clock.Elapsed.TotalSeconds;
        double norm = _optimizer.ClipGradients(1);
        _optimizer.Step(learningRate);
        return new Dictionary<string, double>
        {
            ["loss"] = loss, ["gradient norm"] = norm, ["seconds of gradients"] = gradients, ["seconds of optimizer"] = clock.Elapsed.TotalSeconds - gradients,
        };
    }

    /// <summary>Gradients alone, so that the first step finds its memory warm and its weights unchanged.</summary>
    public void WarmUp(IReadOnlyList<EncodedPrompt> pairs) => Gradients(pairs);

    public double UsefulFlops(IReadOnlyList<EncodedPrompt> pairs) => UsefulWork.OfStep(_decoder, pairs);

    /// <summary>What training holds beside the weights: a gradient of each that is trained, and both moments.</summary>
    public double TrainingBytes => 4.0 * (_optimizer.Moments.Sum(m => m.First.numel() + m.Second.numel()) + Trained.Sum(p => p.Gradient.numel()));

    private IEnumerable<Parameter> Trained => _decoder.Parameters.Concat(_decoder.Trainable).Distinct().Where(p => p.IsTrained);

    public void Dispose()
    {
        _pass.Dispose();
        _optimizer.Dispose();
        _decoder.Dispose();
    }

    private double Gradients(IReadOnlyList<EncodedPrompt> pairs)
    {
        _optimizer.ZeroGradients();
        PackedBatch batch = PackedBatch.Of([.. pairs.Select((p, i) => (i, p))], _decoder.Architecture, _sharing);
        return _pass.Run(batch, new GroupContext(1.0 / pairs.Count)).Sum(p => p.Loss.Value);
    }
}
