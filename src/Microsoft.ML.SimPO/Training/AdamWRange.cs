using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Training;

/// <summary>The numbers of a weight that this process moves, with their moments.</summary>
internal sealed class AdamWRange : IDisposable
{
    /// <param name="place">Where its sum of squares stands among those of all weights; moved behind it.</param>
    public AdamWRange(Parameter parameter, double weightDecay, int index, ref int place)
    {
        (Parameter, WeightDecay, Index) = (parameter, weightDecay, index);
        WeightRange range = parameter.Storage.Owned(parameter.Index);
        (Count, Place, FirstSum) = (range.Count, place, place + (int)(range.From / FloatBlock.Size));
        place += FloatBlock.Number(parameter.Count);
        First = parameter.Storage.NewMoment(parameter.Index);
        Second = parameter.Storage.NewMoment(parameter.Index);
    }

    public Parameter Parameter { get; }

    public double WeightDecay { get; }

    /// <summary>Its place among all ranges.</summary>
    public int Index { get; }

    public long Count { get; }

    /// <summary>Where the sums of squares of the weight's blocks begin among those of all weights: at the same place however weights are dealt out.</summary>
    public int Place { get; }

    /// <summary>Where those of this range begin.</summary>
    public int FirstSum { get; }

    public Tensor First { get; }

    public Tensor Second { get; }

    /// <summary>Valid while the storage is entered to be updated.</summary>
    public Tensor Value => Parameter.Storage.OwnedValue(Parameter.Index);

    /// <inheritdoc cref="Value"/>
    public Tensor Gradient => Parameter.Storage.OwnedGradient(Parameter.Index);

    public void Dispose()
    {
        First.Dispose();
        Second.Dispose();
    }
}
