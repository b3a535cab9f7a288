using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Training;

public sealed class AdamWTests : IDisposable
{
    private readonly Parameter _projection = Trained(ParameterKind.Projection, [3, 4], 1), _norm = Trained(ParameterKind.Norm, [4], 2),
        _bias = Trained(ParameterKind.Bias, [3], 3), _embedding = Trained(ParameterKind.Embedding, [5, 4], 4), _head = Trained(ParameterKind.Head, [5, 4], 5);

    private Parameter[] All => [_projection, _norm, _bias, _embedding, _head];

    public void Dispose()
    {
        foreach (Parameter parameter in All) parameter.Dispose();
    }

    [Fact]
    public void Steps_follow_the_formula_in_doubles_and_decay_spares_norms_and_biases()
    {
        var settings = new AdamWSettings(0.1, 0.8, 0.95, 1e-6);
        using var optimizer = new AdamW(All, settings);
        Dictionary<Parameter, double[]> weights = All.ToDictionary(p => p, p => Doubles(p.Value));
        Dictionary<Parameter, (double[] First, double[] Second)> moments =
            All.ToDictionary(p => p, p => (new double[weights[p].Length], new double[weights[p].Length]));
        for (int step = 1; step <= 20; step++)
        {
            double rate = 0.01 / step;
            foreach (Parameter parameter in All)
            {
                double[] gradient = Fill(parameter.Gradient, (100 * step) + weights[parameter].Length);
                double decay = parameter.Kind is ParameterKind.Norm or ParameterKind.Bias ? 0 : settings.WeightDecay;
                Reference(weights[parameter], gradient, moments[parameter], step, rate, decay, settings);
            }
            optimizer.Step(rate);
        }
        foreach (Parameter parameter in All)
        {
            double[] found = Doubles(parameter.Value);
            for (int i = 0; i < found.Length; i++) Assert.Equal(weights[parameter][i], found[i], 1e-6 * Math.Max(1, Math.Abs(weights[parameter][i])));
        }
    }

    [Fact]
    public void The_norm_is_that_of_all_gradients_and_clipping_leaves_them_as_they_are()
    {
        using var optimizer = new AdamW(All, new AdamWSettings());
        double[][] before = [.. All.Select((p, i) => Fill(p.Gradient, i))];
        double expected = Math.Sqrt(before.Sum(g => g.Sum(x => x * x)));
        Assert.Equal(expected, optimizer.ClipGradients(0), 1e-6 * expected);
        Assert.Equal(expected, optimizer.ClipGradients(expected + 1), 1e-6 * expected);
        Assert.Equal(expected, optimizer.ClipGradients(0.5), 1e-6 * expected);
        Assert.Equal(before, All.Select(p => Doubles(p.Gradient)));
    }

    /// <summary>With epsilon far above the root of the second moment, a first step is linear in the gradient: lr g / epsilon.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1e6, 1)]
    [InlineData(0.5, 0.5)]
    public void A_clipped_step_moves_as_if_the_gradients_had_that_norm(double maximum, double share)
    {
        const double rate = 1e3, epsilon = 1e6;
        using var optimizer = new AdamW(All, new AdamWSettings(Epsilon: epsilon));
        double[][] weights = [.. All.Select(p => Doubles(p.Value))], gradients = [.. All.Select((p, i) => Fill(p.Gradient, i))];
        double norm = optimizer.ClipGradients(maximum), factor = share == 1 ? 1 : share / (norm + 1e-6);
        optimizer.Step(rate);
        for (int p = 0; p < All.Length; p++)
            foreach ((double before, double gradient, double after) in weights[p].Zip(gradients[p], Doubles(All[p].Value)))
                Assert.Equal(before - (rate * factor * gradient / epsilon), after, 1e-6);
        AssertScaled(gradients, 1);
    }

    /// <summary>More numbers than a block holds, and no multiple of a vector's width: every one is moved once, whatever the number of threads.</summary>
    [Fact]
    public void Large_parameters_are_stepped_in_blocks_without_gaps()
    {
        using Parameter large = Trained(ParameterKind.Projection, [3, 70_001], 6);
        double[] weights = Doubles(large.Value), gradient = Fill(large.Gradient, 7);
        var moments = (new double[weights.Length], new double[weights.Length]);
        var settings = new AdamWSettings(0.1);
        using var optimizer = new AdamW([large], settings);
        double expected = Math.Sqrt(gradient.Sum(g => g * g));
        Assert.Equal(expected, optimizer.ClipGradients(0), 1e-6 * expected);
        for (int step = 1; step <= 3; step++)
        {
            Reference(weights, gradient, moments, step, 0.01, settings.WeightDecay, settings);
            optimizer.Step(0.01);
        }
        double[] found = Doubles(large.Value);
        Assert.Equal(0, weights.Zip(found).Max(w => Math.Abs(w.First - w.Second)), 1e-6);
        Assert.Equal(3, optimizer.StepCount);
    }

    /// <summary>The sum is cut the same way for one thread and for two.</summary>
    [Fact]
    public void Norm_and_step_are_the_same_to_the_bit_on_one_thread_and_on_two()
    {
        using Parameter large = Trained(ParameterKind.Projection, [5, 40_000], 8);
        Fill(large.Gradient, 9);
        float[] start = large.Value.data<float>().ToArray();
        int threads = get_num_threads();
        try
        {
            (double Norm, float[] Weights)[] runs = [.. new[] { 1, 2 }.Select(count =>
            {
                set_num_threads(count);
                using Tensor source = tensor(start, large.Value.shape);
                large.Value.copy_(source);
                using var optimizer = new AdamW([large], new AdamWSettings(0.1));
                double norm = optimizer.ClipGradients(1);
                optimizer.Step(0.01);
                return (norm, large.Value.data<float>().ToArray());
            })];
            Assert.Equal(runs[0].Norm, runs[1].Norm);
            Assert.Equal(runs[0].Weights, runs[1].Weights);
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    /// <summary>The sums of squares stand at the same places of an array however weights are dealt out, and come from one process each.</summary>
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Norm_and_step_dealt_out_to_several_processes_are_those_of_one_to_the_bit(int processes)
    {
        long[][] shapes = [[5, 40_000], [4], [3, 100_001], [70_000]];
        ParameterKind[] kinds = [ParameterKind.Embedding, ParameterKind.Norm, ParameterKind.Projection, ParameterKind.Bias];
        (double[] expectedNorms, float[][] expected) = Move(new ShareStorage(shapes, 0, 1), OneProcess.Alone);
        Assert.NotEqual(expectedNorms[0], expectedNorms[1]);
        using var collective = new Threads(processes);
        ShareStorage[] shares = [.. Enumerable.Range(0, processes).Select(rank => new ShareStorage(shapes, rank, processes))];
        WeightRange[][] owned = [.. shares.Select(s => shapes.Select((_, i) => s.Owned(i)).ToArray())];
        Assert.Equal(shapes.Select(s => s.Aggregate(1L, (a, b) => a * b)), shapes.Select((_, i) => owned.Sum(o => o[i].Count)));
        Assert.Contains(owned, o => o.Any(r => r.Count == 0));
        var found = new (double[] Norms, float[][] Weights)[processes];
        collective.Run(rank => found[rank] = Move(shares[rank], collective));
        Assert.All(found, f => Assert.Equal(expectedNorms, f.Norms));
        for (int rank = 0; rank < processes; rank++)
            for (int i = 0; i < shapes.Length; i++)
            {
                (int from, int count) = ((int)owned[rank][i].From, (int)owned[rank][i].Count);
                Assert.Equal(expected[i].AsSpan(from, count).ToArray(), found[rank].Weights[i].AsSpan(from, count).ToArray());
            }

        (double[] Norms, float[][] Weights) Move(ShareStorage storage, ICollective together)
        {
            using ShareStorage weights = storage;
            Parameter[] parameters = [.. shapes.Select((s, i) => new Parameter(kinds[i], ($"weight.{i}", s)))];
            for (int i = 0; i < parameters.Length; i++)
            {
                parameters[i].Place(weights, i);
                Fill(parameters[i].Value, i);
                parameters[i].Train();
            }
            using var optimizer = new AdamW(parameters, new AdamWSettings(0.1), together);
            double[] norms = [.. Enumerable.Range(0, 2).Select(step =>
            {
                for (int i = 0; i < parameters.Length; i++) Fill(parameters[i].Gradient, (10 * step) + i);
                double norm = optimizer.ClipGradients(1);
                optimizer.Step(0.01);
                return norm;
            })];
            return (norms, [.. parameters.Select(p => p.Value.data<float>().ToArray())]);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Norms_are_decayed_only_where_the_settings_say_so(bool decayNorms)
    {
        using var optimizer = new AdamW(All, new AdamWSettings(0.5, DecayNorms: decayNorms));
        double[] norm = Doubles(_norm.Value), bias = Doubles(_bias.Value), head = Doubles(_head.Value);
        optimizer.Step(0.1);
        Assert.Equal(norm.Select(w => (float)w * (decayNorms ? 0.95f : 1)), _norm.Value.data<float>().ToArray());
        Assert.Equal(bias, Doubles(_bias.Value));
        Assert.Equal(head.Select(w => (float)w * 0.95f), _head.Value.data<float>().ToArray());
    }

    [Fact]
    public void Zeroed_gradients_without_decay_move_nothing()
    {
        using var optimizer = new AdamW(All, new AdamWSettings());
        double[][] before = [.. All.Select((p, i) => Doubles(p.Value))];
        for (int i = 0; i < All.Length; i++) Fill(All[i].Gradient, i);
        optimizer.ZeroGradients();
        Assert.Equal(0, optimizer.ClipGradients(1));
        optimizer.Step(1);
        Assert.Equal(before, All.Select(p => Doubles(p.Value)));
    }

    private void AssertScaled(double[][] before, double factor)
    {
        foreach ((Parameter parameter, double[] gradient) in All.Zip(before))
            foreach ((double expected, double found) in gradient.Zip(Doubles(parameter.Gradient))) Assert.Equal(expected * factor, found, 1e-6);
    }

    /// <summary>The documented update, one number at a time.</summary>
    private static void Reference(
        double[] weights, double[] gradient, (double[] First, double[] Second) moments, int step, double rate, double decay, AdamWSettings settings)
    {
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] *= 1 - (rate * decay);
            moments.First[i] = (settings.Beta1 * moments.First[i]) + ((1 - settings.Beta1) * gradient[i]);
            moments.Second[i] = (settings.Beta2 * moments.Second[i]) + ((1 - settings.Beta2) * gradient[i] * gradient[i]);
            double first = moments.First[i] / (1 - Math.Pow(settings.Beta1, step)), second = moments.Second[i] / (1 - Math.Pow(settings.Beta2, step));
            weights[i] -= rate * first / (Math.Sqrt(second) + settings.Epsilon);
        }
    }

    private static Parameter Trained(ParameterKind kind, long[] shape, int seed)
    {
        var parameter = new Parameter(kind, CPU, ($"weight.{seed}", shape));
        Fill(parameter.Value, seed);
        parameter.Train();
        return parameter;
    }

    private static double[] Fill(Tensor target, int seed)
    {
        var random = new Random(seed);
        float[] values = [.. Enumerable.Range(0, (int)target.numel()).Select(_ => (float)((random.NextDouble() * 2) - 1))];
        using Tensor source = tensor(values, target.shape);
        target.copy_(source);
        return [.. values.Select(v => (double)v)];
    }

    private static double[] Doubles(Tensor tensor) => [.. tensor.data<float>().ToArray().Select(v => (double)v)];

    /// <summary>Threads in the place of processes.</summary>
    private sealed class Threads(int count) : ICollective, IDisposable
    {
        private readonly Barrier _barrier = new(count);
        private readonly List<double[]> _given = [];

        /// <param name="work">Told the rank of its thread.</param>
        public void Run(Action<int> work)
        {
            List<Exception> failures = [];
            Thread[] threads = [.. Enumerable.Range(0, count).Select(rank => new Thread(() =>
            {
                try
                {
                    work(rank);
                }
                catch (Exception e)
                {
                    lock (failures) failures.Add(e);
                    _barrier.RemoveParticipant(); // nobody waits for it
                }
            }))];
            foreach (Thread thread in threads) thread.Start();
            foreach (Thread thread in threads) thread.Join();
            Assert.Empty(failures);
        }

        public void Sum(Span<double> values)
        {
            double[] own = values.ToArray();
            lock (_given) _given.Add(own);
            _barrier.SignalAndWait();
            // Where one has a number the others have 0, so the order changes nothing.
            for (int i = 0; i < own.Length; i++) values[i] = _given.Sum(g => g[i]);
            _barrier.SignalAndWait();
            lock (_given) _given.Remove(own);
            _barrier.SignalAndWait();
        }

        public void Dispose() => _barrier.Dispose();
    }
}
