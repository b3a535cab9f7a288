using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Scoring;

/// <summary>Fills in what a reference model gives to answers.</summary>
/// <param name="table">What is known already; what is computed is added to it.</param>
/// <param name="reward">What the answers' tokens count.</param>
/// <param name="tokensPerPass">At most so many rows a forward pass; a longer prompt is one by itself.</param>
internal sealed class ReferenceScorer(ReferenceTable table, IReward reward, int tokensPerPass)
{
    /// <summary>Prompts that had to be computed.</summary>
    public int Computed { get; private set; }

    /// <param name="prompts">Those that have references keep them.</param>
    /// <param name="reference">Gives the reference model; asked only where something must be computed.</param>
    public EncodedPrompt[] Fill(IReadOnlyList<EncodedPrompt> prompts, Func<Decoder> reference, CancellationToken cancellationToken)
    {
        foreach (EncodedPrompt ready in prompts.Where(p => !Lacks(p))) table.Add(ready, [.. ready.Answers.Select(a => a.Reference)]);
        EncodedPrompt[] unknown = [.. prompts.Where(p => Lacks(p) && table.Find(p) is null)];
        if (unknown.Length > 0)
        {
            GroupScore[] scores = new GroupEvaluator(reference(), tokensPerPass, reward).Score(unknown, cancellationToken);
            for (int i = 0; i < unknown.Length; i++) table.Add(unknown[i], [.. scores[i].Answers.Select(a => a.Weighted)]);
            Computed += unknown.Length;
        }
        return [.. prompts.Select(p => Lacks(p) ? p.WithReferences(table.Find(p)!) : p)];
    }

    private static bool Lacks(EncodedPrompt prompt) => prompt.Answers.Any(a => double.IsNaN(a.Reference));
}
