using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>What a chat template puts around turns, found by rendering one of each.</summary>
internal sealed class ChatTurns
{
    private const string Question = "qzwx question zxwq";
    private const string Answer = "qzwx answer zxwq";
    private const int LongestMarker = 32;

    private ChatTurns(string tail, string? ending, string? endToken, IReadOnlyList<string> markers) =>
        (Tail, Ending, EndToken, Markers) = (tail, ending, endToken, markers);

    /// <summary>Everything behind the content of a last answer.</summary>
    public string Tail { get; }

    /// <summary>The start of <see cref="Tail"/> up to the token that ends the turn, which is what the model has to write; null if there is no such token.</summary>
    public string? Ending { get; }

    /// <summary>The text of the token that ends the turn.</summary>
    public string? EndToken { get; }

    /// <summary>With one of these starts a text that holds turns already.</summary>
    public IReadOnlyList<string> Markers { get; }

    /// <summary>A template that refuses the probe has nothing of this: its answers end with EOS.</summary>
    public static ChatTurns Probe(ChatTemplate template, HfTokenizer tokenizer)
    {
        try
        {
            string whole = template.Render([new("user", Question), new("assistant", Answer)], addGenerationPrompt: false);
            int at = whole.LastIndexOf(Answer, StringComparison.Ordinal);
            string tail = at < 0 ? "" : whole[(at + Answer.Length)..];
            string? endToken = SpecialTokens(tail, template, tokenizer).FirstOrDefault();
            string? ending = endToken is null ? null : tail[..(tail.IndexOf(endToken, StringComparison.Ordinal) + endToken.Length)];
            return new ChatTurns(tail, ending, endToken, FindMarkers(template, tokenizer, endToken));
        }
        catch (JinjaException)
        {
            return new ChatTurns("", null, null, []);
        }
    }

    public bool IsTemplated(string text, string? bosToken)
    {
        ReadOnlySpan<char> start = text.AsSpan().TrimStart();
        if (bosToken is { Length: > 0 } && start.StartsWith(bosToken, StringComparison.Ordinal)) start = start[bosToken.Length..].TrimStart();
        foreach (string marker in Markers)
            if (start.StartsWith(marker, StringComparison.Ordinal)) return true;
        return false;
    }

    /// <summary>The special tokens before a user's content; where there are none, that text itself.</summary>
    private static List<string> FindMarkers(ChatTemplate template, HfTokenizer tokenizer, string? endToken)
    {
        string prompt = template.Render([new("user", Question)], addGenerationPrompt: true);
        int at = prompt.IndexOf(Question, StringComparison.Ordinal);
        if (at < 0) return [];
        string head = prompt[..at];
        if (template.BosToken is { Length: > 0 } bos && head.StartsWith(bos, StringComparison.Ordinal)) head = head[bos.Length..];
        List<string> markers = [.. SpecialTokens(head, template, tokenizer).Where(token => token != template.BosToken && token != template.EosToken && token != endToken).Distinct()];
        string text = head.Trim();
        return markers.Count > 0 || text.Length is 0 or > LongestMarker ? markers : [text];
    }

    private static IEnumerable<string> SpecialTokens(string text, ChatTemplate template, HfTokenizer tokenizer) =>
        tokenizer.Encode(text, addSpecialTokens: false)
            .Where(id => tokenizer.IsSpecial(id) || (tokenizer.TokenText(id) is { } token && (token == template.EosToken || IsMark(token))))
            .Select(id => tokenizer.TokenText(id)!)
            .Where(token => text.Contains(token, StringComparison.Ordinal));

    /// <summary>Some vocabularies do not flag their turn tokens as special: a whole &lt;mark&gt; or [mark] that is one token is one too.</summary>
    private static bool IsMark(string token) => token.Length > 3 && (token is ['<', .., '>'] or ['[', .., ']']);
}
