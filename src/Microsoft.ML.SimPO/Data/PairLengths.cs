namespace Microsoft.ML.SimPO.Data;

/// <summary>Lengths of a pair's parts, in tokens or in characters.</summary>
internal readonly record struct PairLengths(int Prompt, int Chosen, int Rejected)
{
    public int Longest => Prompt + Math.Max(Chosen, Rejected);

    public static PairLengths InCharacters(PreferenceRow row) =>
        new(PromptText.Parse(row.Prompt).Sum(turn => turn.Content.Length), row.Chosen.Length, row.Rejected.Length);
}
