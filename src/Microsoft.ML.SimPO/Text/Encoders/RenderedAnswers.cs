namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>A row as its template writes it.</summary>
/// <param name="Prompt">Everything before the answers, with the header of an answer.</param>
/// <param name="Answers">What follows for each, to the end of the text.</param>
internal sealed record RenderedAnswers(string Prompt, IReadOnlyList<string> Answers)
{
    /// <summary>
    /// What of the prompt the template leaves out where it writes the whole conversation, an opened thought for one; null where the whole is prompt and answer.
    /// </summary>
    public string? LeftOut { get; init; }
}
