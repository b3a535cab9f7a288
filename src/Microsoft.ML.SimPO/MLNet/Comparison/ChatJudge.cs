using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace Microsoft.ML.SimPO;

/// <summary>Has a chat model say which of two answers to a prompt is the better one.</summary>
internal sealed partial class ChatJudge(IChatClient client)
{
    private const string Instruction =
        "You compare two answers to one request. Say which is better: more helpful, right and to the point, whatever its length. "
        + "Reply with a single letter: A, B, or T where neither is better.";

    private static readonly ChatOptions Short = new() { Temperature = 0, MaxOutputTokens = 16 };

    /// <summary>Replies that say none of it, which count as T.</summary>
    public int Unclear { get; private set; }

    /// <summary>
    /// The share of comparisons that the answers win against those before, a tie being half of one. Each two are shown in both orders, for judges like a place.
    /// </summary>
    public double WinRate(IReadOnlyList<string> prompts, IReadOnlyList<string> answers, IReadOnlyList<string> before, CancellationToken cancellationToken) =>
        Enumerable.Range(0, prompts.Count).Average(i =>
            (Share(prompts[i], answers[i], before[i], 'A', cancellationToken) + Share(prompts[i], before[i], answers[i], 'B', cancellationToken)) / 2);

    private double Share(string prompt, string first, string second, char own, CancellationToken cancellationToken)
    {
        ChatMessage[] messages =
        [
            new(ChatRole.System, Instruction), new(ChatRole.User, $"Request:\n{prompt}\n\nAnswer A:\n{first}\n\nAnswer B:\n{second}"),
        ];
        string reply = client.GetResponseAsync(messages, Short, cancellationToken).GetAwaiter().GetResult().Text;
        if (Verdict().Match(reply.ToUpperInvariant()) is not { Success: true } verdict)
        {
            Unclear++;
            return 0.5;
        }
        return verdict.Value[0] == own ? 1 : verdict.Value[0] == 'T' ? 0.5 : 0;
    }

    /// <summary>The first letter that stands by itself.</summary>
    [GeneratedRegex(@"\b[ABT]\b", RegexOptions.CultureInvariant)]
    private static partial Regex Verdict();
}
