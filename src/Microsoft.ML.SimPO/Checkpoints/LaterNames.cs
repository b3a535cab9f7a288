namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>
/// What modules are called in memory by transformers 5 where checkpoints keep earlier names. Adapters that it trained name the former, whatever the base holds.
/// </summary>
internal static class LaterNames
{
    /// <summary>What stands before the names of a multimodal checkpoint's text part, now and in earlier versions.</summary>
    public const string Nested = "model.language_model.", Outer = "language_model.model.";

    private const string OuterHead = "language_model.lm_head";

    /// <param name="name">Of a module or a parameter, as a checkpoint has it.</param>
    public static string Of(string name)
    {
        if (name.StartsWith(Outer, StringComparison.Ordinal)) name = Nested + name[Outer.Length..];
        else if (name.StartsWith(OuterHead, StringComparison.Ordinal)) name = name["language_model.".Length..];
        return name.Replace(".block_sparse_moe.", ".mlp.", StringComparison.Ordinal);
    }

    /// <summary>Whether an adapter's tensors are named so: the text part of the base stands under its earlier prefix, and theirs do not.</summary>
    public static bool AreIn(Checkpoint adapter, string prefixOfBase) => prefixOfBase == Outer
        && adapter.Tensors.Keys.Any(name => name.StartsWith(AdapterNames.Saved(Nested), StringComparison.Ordinal));
}
