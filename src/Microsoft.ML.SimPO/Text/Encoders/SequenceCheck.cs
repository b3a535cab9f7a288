namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>What holds of every sequence that the model is to learn: it begins once, and its answer ends once, with a token that ends a turn.</summary>
/// <param name="endsWithTurn">Whether nothing is to follow the end of the last turn.</param>
internal sealed class SequenceCheck(HfTokenizer tokenizer, int? bos, IReadOnlyList<int> ends, bool endsWithTurn = true)
{
    /// <summary>What does not hold of an uncut sequence; null for nothing.</summary>
    public string? Fault(EncodedSide side)
    {
        ReadOnlySpan<int> ids = side.Ids;
        if (ids.Length > 1 && ids[0] == bos && ids[1] == bos) return $"the sequence begins with two `{tokenizer.TokenText(ids[0])}`";
        if (side.AnswerLength < 1) return "the answer has no tokens";
        if (endsWithTurn && !Ends(ids[^1])) return $"the answer ends with `{tokenizer.TokenText(ids[^1])}`, which ends no turn";
        if (side.AnswerLength > 1 && ids[^1] == ids[^2] && ends.Contains(ids[^1])) return $"the answer ends with two `{tokenizer.TokenText(ids[^1])}`";
        return null;
    }

    /// <summary>Calls of tools end in other tokens than words do: any that is special, or a mark.</summary>
    private bool Ends(int id) => ends.Contains(id) || tokenizer.IsSpecial(id) || (tokenizer.TokenText(id) is { } text && ChatTurns.EndsItself(text));
}
