using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data;

/// <summary>Lengths of a pair's parts, in tokens or in characters.</summary>
internal readonly record struct PairLengths(int Prompt, int Chosen, int Rejected)
{
    public int Longest => Prompt + Math.Max(Chosen, Rejected);

    public static PairLengths InCharacters(PreferenceRow row)
    {
        PromptedAnswers pair = row.Messages();
        return new PairLengths(Characters(pair.Prompt.Messages), Characters(pair.Answers[0]), Characters(pair.Answers[1]));
    }

    private static int Characters(IReadOnlyList<Message> messages) => messages.Sum(message => message.Content.Length);
}
