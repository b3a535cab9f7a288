using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Scoring;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Training;

/// <summary>
/// AdamW with decoupled weight decay over the trained parameters, clipping included: the factor of clipping goes into the pass that moves the weights, so that a
/// gradient is read twice and never written.
/// </summary>
internal sealed class AdamW : IDisposable
{
    private readonly AdamWSettings _settings;
    private readonly AdamWGroup[] _groups;
    private double _factor = 1;

    /// <param name="parameters">The trained ones; biases and norms are not decayed unless the settings say so.</param>
    public AdamW(IEnumerable<Parameter> parameters, AdamWSettings settings)
    {
        _settings = settings;
        _groups = [.. parameters.GroupBy(Decays).Select(g => new AdamWGroup([.. g], g.Key ? settings.WeightDecay : 0))];
    }

    /// <summary>Steps done; set where a run is resumed.</summary>
    public int StepCount { get; set; }

    /// <summary>Of every parameter, for the state of a run.</summary>
    public IEnumerable<(Parameter Parameter, Tensor First, Tensor Second)> Moments => _groups.SelectMany(g => g.Moments);

    public void ZeroGradients()
    {
        foreach (AdamWGroup group in _groups) group.ZeroGradients();
    }

    /// <summary>The next step's gradients count min(1, maximum / (norm + 1e-6)) times; they themselves stay as they are.</summary>
    /// <param name="maximum">0 for no clipping.</param>
    /// <returns>The L2 norm of all gradients, unclipped.</returns>
    public double ClipGradients(double maximum)
    {
        double norm = Math.Sqrt(_groups.Sum(g => g.SumOfSquares(_settings.Float32Norm)));
        _factor = maximum > 0 && maximum / (norm + 1e-6) < 1 ? maximum / (norm + 1e-6) : 1;
        return norm;
    }

    public void Step(double learningRate)
    {
        StepCount++;
        foreach (AdamWGroup group in _groups) group.Step(StepCount, learningRate, _factor, _settings);
        _factor = 1;
    }

    public void Dispose()
    {
        foreach (AdamWGroup group in _groups) group.Dispose();
    }

    private bool Decays(Parameter parameter) => parameter.Kind is not ParameterKind.Bias && (parameter.Kind is not ParameterKind.Norm || _settings.DecayNorms);
}
