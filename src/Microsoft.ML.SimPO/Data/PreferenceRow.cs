namespace Microsoft.ML.SimPO.Data;

/// <summary>One preference pair: a prompt, the answer that was preferred and the one that was not.</summary>
/// <param name="Prompt">Text of the one user turn; or, where there is a system message or an earlier turn, a JSON array of
/// <c>{"role","content"}</c> messages (see <see cref="PromptText"/>).</param>
/// <param name="Chosen">Text of the preferred answer, to the character.</param>
/// <param name="Rejected">Text of the other answer, to the character.</param>
/// <param name="ScoreChosen">Score that the data gives to <paramref name="Chosen"/>, or null.</param>
/// <param name="ScoreRejected">Score that the data gives to <paramref name="Rejected"/>, or null.</param>
internal sealed record PreferenceRow(string Prompt, string Chosen, string Rejected, float? ScoreChosen, float? ScoreRejected);
