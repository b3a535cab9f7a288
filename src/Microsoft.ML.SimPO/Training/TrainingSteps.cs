using System.Diagnostics;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Text.Encoders;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Training;

/// <summary>The steps of a plan, one at a time, with the optimizer whose moments go with them. While it lives, the decoder's weights have gradients.</summary>
internal sealed class TrainingSteps : IDisposable
{
    private readonly TrainingLoop _loop;
    private readonly Decoder _decoder;
    private readonly Stopwatch _clock = new();
    private TimeSpan _before;
    private GradientPass? _pass;

    public TrainingSteps(TrainingLoop loop, Decoder decoder, TrainingSettings settings, IReadOnlyList<EncodedPrompt> pairs, IReadOnlyList<TrainingStep> plan)
    {
        (_loop, _decoder, Pairs, Plan, Reference) = (loop, decoder, pairs, plan, settings.Reference);
        try
        {
            foreach (Parameter parameter in decoder.Trainable) parameter.Train();
            Optimizer = new AdamW(decoder.Trainable, settings.AdamW, settings.Plan.Collective);
        }
        catch
        {
            Freeze();
            throw;
        }
    }

    /// <summary>What the plan's indices refer to.</summary>
    public IReadOnlyList<EncodedPrompt> Pairs { get; }

    public IReadOnlyList<TrainingStep> Plan { get; }

    public AdamW Optimizer { get; }

    /// <summary>The reference model that follows the decoder; null for none.</summary>
    public MovingReference? Reference { get; }

    /// <summary>Steps done.</summary>
    public int Done { get; private set; }

    /// <summary>Tokens of answers, each with its prompt, that the run was given until now.</summary>
    public long TokensGiven { get; private set; }

    /// <summary>Since the first step began, and what those took that were done before.</summary>
    public TimeSpan Elapsed => _before + _clock.Elapsed;

    /// <summary>Goes on after steps that another run did; weights and moments are the caller's to set.</summary>
    public void GoOn(int done, TimeSpan elapsed)
    {
        (Done, _before) = (done, elapsed);
        TokensGiven = 0;
        foreach (TrainingStep step in Plan.Take(done)) Count(step);
    }

    /// <summary>Counts the tokens of a step.</summary>
    public void Count(TrainingStep step) => TokensGiven += TokensOf(step, Pairs);

    /// <summary>The tokens of a step's answers, each with its prompt. Answers that are neither chosen nor rejected do not count.</summary>
    /// <param name="pairs">What the step's indices refer to.</param>
    public static long TokensOf(TrainingStep step, IReadOnlyList<EncodedPrompt> pairs) =>
        step.MicroBatches.Sum(m => m.Sum(i => pairs[i].Answers.Where(a => !double.IsNaN(a.Rating)).Sum(a => (long)a.Ids.Length)));

    /// <summary>Does the next step.</summary>
    /// <returns>What it did; null where the plan is through.</returns>
    /// <exception cref="OperationCanceledException">Cancelled; the weights are those of the last whole step.</exception>
    /// <exception cref="InvalidOperationException">The loss, its gradient or a weight is not a finite number any more.</exception>
    public TrainingProgress? Next(CancellationToken cancellationToken)
    {
        if (Done >= Plan.Count) return null;
        _pass ??= _loop.MakePass();
        _clock.Start();
        TrainingProgress progress = _loop.RunStep(this, _pass, cancellationToken);
        CheckWeights();
        Done++;
        return progress;
    }

    public void Dispose()
    {
        _pass?.Dispose();
        Optimizer.Dispose();
        Freeze();
    }

    /// <summary>A rate, a decay or an epsilon that float32 cannot hold spoils weights although loss and gradient are well.</summary>
    private void CheckWeights()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor ends = stack([.. _decoder.Trainable.SelectMany(Ends)]); // [2 P]
        if (ends.isfinite().all().item<bool>()) return;
        int first = Array.FindIndex(ends.cpu().data<float>().ToArray(), end => !float.IsFinite(end)) / 2;
        string name = _decoder.Trainable[first].Parts[0].Name;
        throw new InvalidOperationException(FormattableString.Invariant(
            $"The update of step {Done + 1} made weights that are not finite numbers, first in '{name}'.")
            + " Lower `LearningRate` or `WeightDecay`, or raise `AdamEpsilon`.");
    }

    /// <summary>The least and the most value; a NaN is both.</summary>
    private static Tensor[] Ends(Parameter parameter)
    {
        using WeightLease lease = Parameter.EnterOwn([parameter], WeightUse.Read);
        (Tensor least, Tensor most) = aminmax(parameter.Value);
        return [least, most];
    }

    private void Freeze()
    {
        foreach (Parameter parameter in _decoder.Trainable) parameter.Freeze();
    }
}
