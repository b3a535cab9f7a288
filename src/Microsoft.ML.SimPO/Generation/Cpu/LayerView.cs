using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Parameters;

namespace Microsoft.ML.SimPO.Generation.Cpu;

/// <summary>The weights of a layer with one MLP, as memory.</summary>
/// <param name="sums">Where sums of weights and what an adapter adds lie; null for memory of their own.</param>
internal sealed class LayerView(LayerParameters parameters, DecoderArchitecture architecture, ActivationMemory? sums = null) : IDisposable
{
    public NormView? InputNorm { get; } = NormView.Of(parameters.InputNorm, architecture);

    public WeightView QueryKeyValue { get; } = new(parameters.QueryKeyValue, sums);

    public WeightView? QueryKeyValueBias { get; } = WeightView.Of(parameters.QueryKeyValueBias);

    public NormView? QueryNorm { get; } = NormView.Of(parameters.QueryNorm, architecture);

    public NormView? KeyNorm { get; } = NormView.Of(parameters.KeyNorm, architecture);

    public WeightView AttentionOutput { get; } = new(parameters.AttentionOutput, sums);

    public WeightView? AttentionOutputBias { get; } = WeightView.Of(parameters.AttentionOutputBias);

    public NormView? AttentionOutputNorm { get; } = NormView.Of(parameters.AttentionOutputNorm, architecture);

    public NormView? MlpNorm { get; } = NormView.Of(parameters.MlpNorm, architecture);

    public WeightView GateUp { get; } = new(parameters.GateUp!, sums);

    public WeightView? GateUpBias { get; } = WeightView.Of(parameters.GateUpBias);

    public XIeluCoefficients? XIelu { get; } = parameters.XIelu is { } numbers ? XIeluCoefficients.Of(numbers) : null;

    public WeightView Down { get; } = new(parameters.Down!, sums);

    public WeightView? DownBias { get; } = WeightView.Of(parameters.DownBias);

    public NormView? MlpOutputNorm { get; } = NormView.Of(parameters.MlpOutputNorm, architecture);

    public void Dispose()
    {
        foreach (IDisposable? view in new IDisposable?[]
        {
            InputNorm, QueryKeyValue, QueryKeyValueBias, QueryNorm, KeyNorm, AttentionOutput, AttentionOutputBias, AttentionOutputNorm,
            MlpNorm, GateUp, GateUpBias, Down, DownBias, MlpOutputNorm,
        }) view?.Dispose();
    }
}
