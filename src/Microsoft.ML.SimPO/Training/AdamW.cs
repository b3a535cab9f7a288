using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using Microsoft.ML.SimPO.Scoring;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Training;

/// <summary>
/// AdamW with decoupled weight decay over the trained parameters, clipping included: the factor of clipping goes into the pass that moves the weights, so that
/// a gradient is read twice and never written. It works over the ranges that storages say are this process's, and looks anew each step where they lie.
/// </summary>
internal sealed class AdamW : IDisposable
{
    private readonly AdamWSettings _settings;
    private readonly ICollective _collective;
    private readonly AdamWRange[][] _groups; // those that are decayed alike
    private readonly AdamWPart[] _parts;
    private readonly int _sums;
    private double _factor = 1;

    /// <param name="parameters">The trained ones; biases and norms are not decayed unless the settings say so.</param>
    /// <param name="collective">The processes that train together; null for this one alone.</param>
    public AdamW(IEnumerable<Parameter> parameters, AdamWSettings settings, ICollective? collective = null)
    {
        (_settings, _collective) = (settings, collective ?? OneProcess.Alone);
        int index = 0, place = 0;
        _groups = [.. parameters.GroupBy(Decays).Select(g => g.Select(p => new AdamWRange(p, g.Key ? settings.WeightDecay : 0, index++, ref place)).ToArray())];
        _sums = place;
        _parts = AdamWPart.Of(_groups.SelectMany(g => g));
    }

    /// <summary>Steps done; set where a run is resumed.</summary>
    public int StepCount { get; set; }

    /// <summary>Of every parameter, for the state of a run.</summary>
    public IEnumerable<(Parameter Parameter, Tensor First, Tensor Second)> Moments => _groups.SelectMany(g => g).Select(r => (r.Parameter, r.First, r.Second));

    public void ZeroGradients()
    {
        foreach (AdamWPart part in _parts) part.ZeroGradients();
    }

    /// <summary>The next step's gradients count min(1, maximum / (norm + 1e-6)) times; they themselves stay as they are.</summary>
    /// <param name="maximum">0 for no clipping.</param>
    /// <returns>The L2 norm of all gradients, unclipped.</returns>
    public double ClipGradients(double maximum)
    {
        bool isOurs = !_settings.Float32Norm && Array.TrueForAll(_parts, p => p.IsOurs);
        double norm = Math.Sqrt(isOurs ? SumOfSquares() : SumOfSquaredNorms());
        _factor = maximum > 0 && maximum / (norm + 1e-6) < 1 ? maximum / (norm + 1e-6) : 1;
        return norm;
    }

    public void Step(double learningRate)
    {
        StepCount++;
        foreach (AdamWPart part in _parts) part.Step(StepCount, learningRate, _factor, _settings);
        _factor = 1;
    }

    public void Dispose()
    {
        foreach (AdamWRange range in _groups.SelectMany(g => g)) range.Dispose();
    }

    private bool Decays(Parameter parameter) => parameter.Kind is not ParameterKind.Bias && (parameter.Kind is not ParameterKind.Norm || _settings.DecayNorms);

    /// <summary>Block by block, group by group: the same order, and so the same bits, for any number of threads, storages and processes.</summary>
    private double SumOfSquares()
    {
        double[] sums = new double[_sums];
        foreach (AdamWPart part in _parts) part.SumSquares(sums);
        _collective.Sum(sums);
        int[] borders = [.. _groups.Select(g => g[0].Place), _sums];
        return Enumerable.Range(0, _groups.Length).Sum(i => sums[borders[i]..borders[i + 1]].Sum());
    }

    /// <summary>In float32, by libtorch: of each group the norm of its parameters' norms.</summary>
    private double SumOfSquaredNorms()
    {
        using DisposeScope scope = NewDisposeScope();
        float[] norms = new float[_groups.Sum(g => g.Length)];
        foreach (AdamWPart part in _parts) part.Norms(norms);
        double[] squares =
            [.. _groups.Select(g => Math.Pow(FusedOperations.Norm(tensor(norms[g[0].Index..(g[^1].Index + 1)], float32, CPU)).item<float>(), 2))];
        _collective.Sum(squares);
        return squares.Sum();
    }
}
