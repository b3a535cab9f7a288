using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Training;

/// <summary>AdamW with decoupled weight decay over the trained parameters, all tensors in one fused call a group.</summary>
internal sealed class AdamW : IDisposable
{
    private readonly AdamWSettings _settings;
    private readonly Group[] _groups;
    private int _stepCount;

    /// <param name="parameters">The trained ones; biases are not decayed, nor norms unless the settings say so.</param>
    public AdamW(IEnumerable<Parameter> parameters, AdamWSettings settings)
    {
        _settings = settings;
        _groups = [.. parameters.GroupBy(p => IsDecayed(p.Kind)).Select(g => new Group([.. g], g.Key ? settings.WeightDecay : 0))];
    }

    /// <summary>The moving averages of each parameter's gradient and of its square. They belong to the optimizer.</summary>
    public IEnumerable<(Parameter Parameter, Tensor First, Tensor Second)> Moments =>
        _groups.SelectMany(g => g.Parameters.Select((p, i) => (p, g.FirstMoments[i], g.SecondMoments[i])));

    /// <summary>Steps done, on which the bias correction depends; set where a run goes on.</summary>
    public int StepCount
    {
        get => _stepCount;
        set
        {
            _stepCount = value;
            using DisposeScope scope = NewDisposeScope();
            foreach (Tensor steps in _groups.SelectMany(g => g.Steps)) steps.fill_(value);
        }
    }

    public void ZeroGradients()
    {
        foreach (Group group in _groups) FusedOperations.ZeroInPlace(group.Gradients);
    }

    /// <summary>Scales the gradients so that their norm is at most <paramref name="maximum"/>: g *= min(1, maximum / (norm + 1e-6)).</summary>
    /// <param name="maximum">0 for no clipping.</param>
    /// <returns>The L2 norm of all gradients before.</returns>
    public double ClipGradients(double maximum)
    {
        using DisposeScope scope = NewDisposeScope();
        double norm = FusedOperations.GlobalNorm([.. _groups.SelectMany(g => g.Gradients)]).item<float>();
        if (maximum <= 0 || !(maximum / (norm + 1e-6) < 1)) return norm;
        Tensor factor = tensor((float)(maximum / (norm + 1e-6)), device: _groups[0].Gradients[0].device);
        foreach (Group group in _groups) FusedOperations.ScaleInPlace(group.Gradients, factor);
        return norm;
    }

    public void Step(double learningRate)
    {
        foreach (Group g in _groups)
            FusedOperations.AdamWStep(g.Values, g.Gradients, g.FirstMoments, g.SecondMoments, g.Steps,
                learningRate, _settings.Beta1, _settings.Beta2, g.WeightDecay, _settings.Epsilon);
        _stepCount++;
    }

    public void Dispose()
    {
        foreach (Group group in _groups) group.Dispose();
    }

    private bool IsDecayed(ParameterKind kind) => kind != ParameterKind.Bias && (kind != ParameterKind.Norm || _settings.DecayNorms);

    private sealed class Group(Parameter[] parameters, double weightDecay) : IDisposable
    {
        public double WeightDecay => weightDecay;

        public Parameter[] Parameters => parameters;

        public Tensor[] Values { get; } = [.. parameters.Select(p => p.Value)];

        public Tensor[] Gradients { get; } = [.. parameters.Select(p => p.Gradient)];

        public Tensor[] FirstMoments { get; } = [.. parameters.Select(p => zeros_like(p.Value).DetachFromDisposeScope())];

        public Tensor[] SecondMoments { get; } = [.. parameters.Select(p => zeros_like(p.Value).DetachFromDisposeScope())];

        /// <summary>How many steps each parameter has had; float32, as the fused kernel wants it.</summary>
        public Tensor[] Steps { get; } = [.. parameters.Select(p => zeros([], float32, p.Value.device).DetachFromDisposeScope())];

        public void Dispose()
        {
            foreach (Tensor tensor in FirstMoments.Concat(SecondMoments).Concat(Steps)) tensor.Dispose();
        }
    }
}
