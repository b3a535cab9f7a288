using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Training.State;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Training.Session;

/// <summary>Keeps the weights of the best evaluation: in the run's folder where there is one, else a copy in memory.</summary>
/// <param name="inMemory">Whether a copy is kept here.</param>
/// <param name="metric">What is the best.</param>
internal sealed class BestModel(Decoder decoder, bool inMemory, BestModelMetric metric = BestModelMetric.Loss) : IDisposable
{
    private readonly Dictionary<Parameter, Tensor> _copies = [];

    /// <summary>The step after which the best evaluation was made; null for none.</summary>
    public int? Step { get; private set; }

    /// <summary>Of the best evaluation, in the metric; not a number for none.</summary>
    public double Value { get; private set; } = double.NaN;

    public BestModelMetric Metric => metric;

    /// <summary>Evaluations since the best one.</summary>
    public int Worse { get; private set; }

    /// <summary>Takes note of an evaluation.</summary>
    /// <returns>Whether it is the best so far.</returns>
    public bool Note(int step, double value)
    {
        if (!metric.IsBetter(value, Value))
        {
            Worse++;
            return false;
        }
        (Step, Value, Worse) = (step, value, 0);
        return true;
    }

    /// <summary>Copies the weights that the best evaluation was made of, where they lie in no folder.</summary>
    public void Keep()
    {
        if (inMemory) Copy();
    }

    /// <summary>Takes the best weights of a run that went before from its checkpoint; the decoder's own stay what they are.</summary>
    public void Recall(string checkpoint)
    {
        Copy(); // of the right shapes; their values come now
        TrainedWeights.Read(checkpoint, _copies.Select(c => (c.Key, c.Value)));
    }

    /// <summary>The best weights are not at hand: the next evaluation is the best.</summary>
    public void Forget() => (Step, Value, Worse) = (null, double.NaN, 0);

    /// <summary>Gives the decoder the best weights, those that it keeps and those that it computes with.</summary>
    /// <param name="checkpoint">Where they lie if they are not in memory.</param>
    public void Restore(string? checkpoint)
    {
        if (!inMemory)
        {
            TrainedWeights.Read(checkpoint!, decoder.Trainable);
            return;
        }
        using DisposeScope scope = NewDisposeScope();
        foreach ((Parameter parameter, Tensor copy) in _copies)
        {
            using WeightLease lease = parameter.Enter(WeightUse.Write);
            parameter.Value.copy_(copy);
        }
    }

    public void Dispose()
    {
        foreach (Tensor copy in _copies.Values) copy.Dispose();
        _copies.Clear();
    }

    private void Copy()
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (Parameter parameter in decoder.Trainable)
        {
            using WeightLease lease = parameter.Enter(WeightUse.Read);
            if (_copies.TryGetValue(parameter, out Tensor? copy)) copy.copy_(parameter.Value);
            else _copies[parameter] = parameter.Value.clone().DetachFromDisposeScope();
        }
    }
}
