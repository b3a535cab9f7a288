using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Scoring;
using Microsoft.ML.SimPO.Text.Encoders;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Training;

/// <summary>
/// TR-DPO's reference (Gorbatovski et al. 2024, arXiv 2404.09656, equations 4 and 5): a second model in memory that follows the one that is trained. After
/// every so many steps reference = (1 - mixup) reference + mixup policy, weight by weight; what it gives to answers is computed for each step anew.
/// </summary>
internal sealed class MovingReference : IDisposable
{
    private const string FileName = "reference.safetensors";

    private readonly Decoder _policy;
    private readonly IReward _reward;
    private readonly int _everySteps, _tokensPerPass;
    private readonly double _mixup;

    /// <summary>Copies the model as it is.</summary>
    /// <param name="policy">What is trained: all of it, without adapter.</param>
    /// <param name="everySteps">Steps from one move to the next, at least 1.</param>
    /// <param name="mixup">The share of the policy in the moved reference, above 0 and at most 1.</param>
    /// <exception cref="InvalidOperationException">The model has an adapter.</exception>
    public MovingReference(Decoder policy, IReward reward, int everySteps, double mixup, int tokensPerPass)
    {
        if (policy.Adapter is not null)
            throw new InvalidOperationException("A moving reference needs a model of which all weights are trained, but this one has an adapter. "
                + "Set `SyncReferenceSteps` to 0, or tune without adapter.");
        (_policy, _reward, _everySteps, _mixup, _tokensPerPass) = (policy, reward, everySteps, mixup, tokensPerPass);
        Decoder = policy.Share();
        foreach (Parameter parameter in Decoder.Parameters)
        {
            parameter.Train(); // from here on it has a copy of its own
            parameter.Freeze();
        }
    }

    public Decoder Decoder { get; }

    /// <summary>A list in which the prompts that are asked for have what the reference gives to them now.</summary>
    public IReadOnlyList<EncodedPrompt> Fill(IReadOnlyList<EncodedPrompt> prompts, IEnumerable<int> indices, CancellationToken cancellationToken)
    {
        int[] asked = [.. indices.Distinct()];
        EncodedPrompt[] filled = [.. prompts];
        GroupScore[] scores = new GroupEvaluator(Decoder, _tokensPerPass, _reward).Score([.. asked.Select(i => prompts[i])], cancellationToken);
        foreach ((int index, GroupScore score) in asked.Zip(scores)) filled[index] = prompts[index].WithReferences([.. score.Answers.Select(a => a.Weighted)]);
        return filled;
    }

    /// <summary>Moves towards the policy where it is time.</summary>
    /// <param name="steps">Steps that are done.</param>
    public void Follow(int steps)
    {
        if (steps % _everySteps != 0) return;
        foreach ((Parameter own, Parameter policy) in Decoder.Parameters.Zip(_policy.Parameters))
        {
            using DisposeScope scope = NewDisposeScope();
            using WeightLease reading = Parameter.EnterOwn([policy], WeightUse.Read), writing = own.Enter(WeightUse.Write);
            own.Value.mul_(1 - _mixup).add_(policy.Value, alpha: _mixup);
        }
    }

    /// <summary>Writes its weights beside those of a checkpoint.</summary>
    public void Write(string folder) =>
        TensorMemory.WriteFile(Path.Combine(folder, FileName), Decoder.Parameters.SelectMany(p => TensorMemory.Sources("", p, () => p.Value)));

    /// <summary>Takes its weights from a checkpoint.</summary>
    /// <exception cref="InvalidDataException">The file belongs to another model.</exception>
    public void Read(string folder)
    {
        using CheckpointReader reader = CheckpointReader.OpenFile(Path.Combine(folder, FileName));
        using WeightLease lease = Parameter.EnterOwn(Decoder.Parameters, WeightUse.Write);
        TensorMemory.Read(reader, Decoder.Parameters.Select(p => (p, p.Value)));
    }

    public void Dispose() => Decoder.Dispose();
}
