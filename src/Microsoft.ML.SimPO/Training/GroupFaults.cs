using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Training;

/// <summary>Whether groups have what a loss needs.</summary>
internal static class GroupFaults
{
    /// <summary>The most faults that a message lists.</summary>
    private const int Listed = 16;

    /// <exception cref="InvalidOperationException">Names the groups that lack something, and what.</exception>
    public static void ThrowIfAny(IAlignmentLoss loss, IEnumerable<EncodedPrompt> groups)
    {
        string[] faults = [.. groups.SelectMany(g => Of(loss, g)).Take(Listed + 1)];
        if (faults.Length == 0) return;
        string more = faults.Length > Listed ? " There are more." : "";
        throw new InvalidOperationException($"The loss cannot be computed: {string.Join(" ", faults.Take(Listed))}{more}");
    }

    private static IEnumerable<string> Of(IAlignmentLoss loss, EncodedPrompt group)
    {
        if (group.Answers.Count < loss.LeastAnswers)
            yield return FormattableString.Invariant($"Row {group.Row} has {group.Answers.Count} answers, but the loss needs {loss.LeastAnswers}.");
        if (loss.NeedsReference && group.Answers.Any(a => double.IsNaN(a.Reference)))
            yield return FormattableString.Invariant($"Row {group.Row} has no log-probabilities of the reference model, which the loss needs.");
    }
}
