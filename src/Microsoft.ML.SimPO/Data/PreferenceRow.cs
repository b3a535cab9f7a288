using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data;

/// <summary>One preference pair: a prompt, the answer that was preferred and the one that was not.</summary>
/// <param name="Prompt">Text of the one user turn; or, where there is a system message or an earlier turn, a JSON array of
/// <c>{"role","content"}</c> messages (see <see cref="ConversationText"/>).</param>
/// <param name="Chosen">
/// Text of the preferred answer, to the character; or messages as JSON, where it is more than text (see <see cref="PromptedAnswers"/>).
/// </param>
/// <param name="Rejected">The other answer, likewise.</param>
/// <param name="ScoreChosen">Score that the data gives to <paramref name="Chosen"/>, or null.</param>
/// <param name="ScoreRejected">Score that the data gives to <paramref name="Rejected"/>, or null.</param>
internal sealed record PreferenceRow(string Prompt, string Chosen, string Rejected, float? ScoreChosen, float? ScoreRejected)
{
    public static PreferenceRow Of(PromptedAnswers pair, float? scoreChosen, float? scoreRejected)
    {
        (string prompt, IReadOnlyList<string> answers) = pair.Format();
        return new PreferenceRow(prompt, answers[0], answers[1], scoreChosen, scoreRejected);
    }

    /// <summary>Prompt and answers as messages.</summary>
    public PromptedAnswers Messages() => PromptedAnswers.Parse(Prompt, ("chosen", Chosen), ("rejected", Rejected));
}
