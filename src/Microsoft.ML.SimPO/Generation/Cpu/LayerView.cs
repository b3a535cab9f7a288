using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Parameters;

namespace Microsoft.ML.SimPO.Generation.Cpu;

/// <summary>The weights of a layer with one MLP, as memory.</summary>
/// <param name="sums">Where sums of weights and what an adapter adds lie; null for memory of their own.</param>
internal sealed class LayerView(LayerParameters parameters, bool normAddsOne, ActivationMemory? sums = null) : IDisposable
{
    public NormView? InputNorm { get; } = NormView.Of(parameters.InputNorm, normAddsOne);

    public WeightView QueryKeyValue { get; } = new(parameters.QueryKeyValue, sums);

    public WeightView? QueryKeyValueBias { get; } = WeightView.Of(parameters.QueryKeyValueBias);

    public NormView? QueryNorm { get; } = NormView.Of(parameters.QueryNorm, normAddsOne);

    public NormView? KeyNorm { get; } = NormView.Of(parameters.KeyNorm, normAddsOne);

    public WeightView AttentionOutput { get; } = new(parameters.AttentionOutput, sums);

    public WeightView? AttentionOutputBias { get; } = WeightView.Of(parameters.AttentionOutputBias);

    public NormView? AttentionOutputNorm { get; } = NormView.Of(parameters.AttentionOutputNorm, normAddsOne);

    public NormView? MlpNorm { get; } = NormView.Of(parameters.MlpNorm, normAddsOne);

    public WeightView GateUp { get; } = new(parameters.GateUp!, sums);

    public WeightView? GateUpBias { get; } = WeightView.Of(parameters.GateUpBias);

    public WeightView Down { get; } = new(parameters.Down!, sums);

    public WeightView? DownBias { get; } = WeightView.Of(parameters.DownBias);

    public NormView? MlpOutputNorm { get; } = NormView.Of(parameters.MlpOutputNorm, normAddsOne);

    public void Dispose()
    {
        foreach (IDisposable? view in new IDisposable?[]
        {
            InputNorm, QueryKeyValue, QueryKeyValueBias, QueryNorm, KeyNorm, AttentionOutput, AttentionOutputBias, AttentionOutputNorm,
            MlpNorm, GateUp, GateUpBias, Down, DownBias, MlpOutputNorm,
        }) view?.Dispose();
    }
}
