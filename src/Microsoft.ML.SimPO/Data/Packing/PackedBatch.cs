using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Data.Packing;

/// <summary>
/// Prompts with their answers laid out as prompt | answer | answer ..., without padding, each prompt once. Row <c>ScoredRows[i]</c> predicts token
/// <c>Targets[i]</c>; the last row of a prompt predicts the first token of all its answers and so is listed as often. Where a reward model rates texts, the
/// scored rows are those that it reads, one an answer, and their targets the tokens that stand there.
/// </summary>
internal sealed record PackedBatch(TokenBatch Tokens, int[] ScoredRows, int[] Targets, PackedUnit[] Units)
{
    /// <summary>In the order of the units.</summary>
    public IEnumerable<PackedGroup> Groups => Units.SelectMany(u => u.Groups);

    /// <summary>
    /// Of each row, how many sequences of the groups have it: a prompt's rows count with every answer, those of an answer with every group that it stands in.
    /// Answers that are neither chosen nor rejected do not count.
    /// </summary>
    public required int[] Sequences { get; init; }

    /// <param name="groups">With the index of each in its data set. Groups of the same prompt share its rows, and those of answers that are the same.</param>
    /// <param name="architecture">Whether a prompt can be shared depends on its rotary embedding.</param>
    public static PackedBatch Of(
        IReadOnlyList<(int Index, EncodedPrompt Tokens)> groups, DecoderArchitecture architecture,
        PromptSharing sharing = PromptSharing.Batch, ScoredTokens scored = ScoredTokens.Answers)
    {
        if ((scored == ScoredTokens.Ends) != (architecture.RewardHead is not null))
            throw new InvalidOperationException(architecture.RewardHead is null
                ? "The model is a language model, which rates no texts." : "The model is a reward model, which has no log-probabilities.");
        EncodedPrompt[] tokens = [.. groups.Select(g => g.Tokens)];
        int[] same = sharing == PromptSharing.Batch ? SamePrompts.Of(tokens) : [.. Enumerable.Range(0, tokens.Length)];
        var builder = new PackedBatchBuilder(groups, scored, architecture.RewardHead);
        var prompts = new List<(int Same, bool IsShared, PackedPrompt Prompt)>();
        for (int i = 0; i < tokens.Length; i++)
        {
            bool shares = sharing != PromptSharing.None && TurnAlike(tokens[i], tokens[i].Chosen.Ids.Length, architecture);
            int at = shares
                ? prompts.FindIndex(p => p.Same == same[i] && p.IsShared && TurnAlike(tokens[i], p.Prompt.Answers[0].Ids.Length, architecture))
                : -1;
            if (at < 0)
            {
                at = prompts.Count;
                prompts.Add((same[i], shares, new PackedPrompt()));
            }
            prompts[at].Prompt.Add(tokens[i], i);
        }
        foreach ((_, bool isShared, PackedPrompt prompt) in prompts) builder.Add(prompt, isShared);
        return builder.Build();
    }

    /// <summary>Whether all answers turn the prompt by the same angles as a sequence of that length.</summary>
    private static bool TurnAlike(EncodedPrompt group, int length, DecoderArchitecture architecture) =>
        group.Answers.All(a => architecture.Rotaries.All(r => r.SameAngles(a.Ids.Length, length)));
}
