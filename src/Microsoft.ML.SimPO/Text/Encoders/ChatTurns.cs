using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>What a chat template puts around turns, found by rendering one of each.</summary>
internal sealed class ChatTurns
{
    private const string Question = "qzwx question zxwq";
    private const string Answer = "qzwx answer zxwq";
    private const int LongestMarker = 32;

    private ChatTurns(string tail, string? ending, string? endToken, IReadOnlyList<string> markers, bool writesBos) =>
        (Tail, Ending, EndToken, Markers, WritesBos) = (tail, ending, endToken, markers, writesBos);

    /// <summary>Everything behind the content of a last answer.</summary>
    public string Tail { get; }

    /// <summary>What ends the turn and the model has to write: of <see cref="Tail"/> what belongs to the turn; null if the template writes nothing.</summary>
    public string? Ending { get; }

    /// <summary>The text of the token that ends the turn: the last one of <see cref="Ending"/>; null where no token does.</summary>
    public string? EndToken { get; }

    /// <summary>With one of these starts a text that holds turns already.</summary>
    public IReadOnlyList<string> Markers { get; }

    /// <summary>Whether the template begins a conversation with BOS.</summary>
    public bool WritesBos { get; }

    /// <summary>A template that refuses the probe has nothing of this: its answers end with EOS.</summary>
    public static ChatTurns Probe(ChatTemplate template, HfTokenizer tokenizer)
    {
        try
        {
            Message[] turns = [new(Message.User, Question), new(Message.Assistant, Answer)];
            string whole = template.Render(turns, addGenerationPrompt: false);
            int at = whole.LastIndexOf(Answer, StringComparison.Ordinal);
            string tail = at < 0 ? "" : whole[(at + Answer.Length)..];
            string? ending = EndingOf(tail, Following(template, turns), template, tokenizer);
            string? endToken = ending is null ? null : SpecialTokens(ending, template, tokenizer).LastOrDefault();
            bool isWritten = ending is not null && tail.StartsWith(ending, StringComparison.Ordinal);
            return new ChatTurns(
                tail, ending, endToken, FindMarkers(template, tokenizer, isWritten ? endToken : null),
                writesBos: template.BosToken is { Length: > 0 } bos && whole.StartsWith(bos, StringComparison.Ordinal));
        }
        catch (JinjaException)
        {
            return new ChatTurns("", null, null, [], writesBos: false);
        }
    }

    /// <summary>
    /// What of the tail belongs to the turn: all but white space, where it is the same when another turn follows; else up to the last token that is the same
    /// there, since what comes only at the end of the text is not the turn's. A template that writes nothing leaves it to the next turn's mark, if that is a
    /// token, to end this one.
    /// </summary>
    private static string? EndingOf(string tail, string? following, ChatTemplate template, HfTokenizer tokenizer)
    {
        string all = tail.TrimEnd();
        if (all.Length > 0 && (following is null || following.StartsWith(all, StringComparison.Ordinal))) return all;
        if (all.Length > 0) return UpToLast(tail[..tail.AsSpan().CommonPrefixLength(following)]) ?? UpToFirst(all) ?? all;
        if (following is null || SpecialTokens(following, template, tokenizer).FirstOrDefault() is not { } mark) return null;
        return following.StartsWith(mark, StringComparison.Ordinal) ? mark : null;

        // What begins the user's turn ends none: some templates always write the header of the next answer.
        string? UpToLast(string text)
        {
            string? last = null;
            int end = 0;
            foreach (string token in SpecialTokens(text, template, tokenizer).TakeWhile((token, i) => i == 0 || !Beginning(template).Contains(token)))
                (last, end) = (token, text.IndexOf(token, end, StringComparison.Ordinal) + token.Length);
            return last is null ? null : text[..end];
        }

        string Beginning(ChatTemplate of)
        {
            string prompt = of.Render([new(Message.User, Question)], addGenerationPrompt: false);
            string head = prompt[..Math.Max(0, prompt.IndexOf(Question, StringComparison.Ordinal))];
            return of.BosToken is { Length: > 0 } bos && head.StartsWith(bos, StringComparison.Ordinal) ? head[bos.Length..] : head;
        }

        string? UpToFirst(string text) =>
            SpecialTokens(text, template, tokenizer).FirstOrDefault() is { } token
                ? text[..(text.IndexOf(token, StringComparison.Ordinal) + token.Length)]
                : null;
    }

    /// <summary>What follows the answer where the user goes on; null where the template refuses that.</summary>
    private static string? Following(ChatTemplate template, Message[] turns)
    {
        try
        {
            string longer = template.Render([.. turns, new Message(Message.User, Question)], addGenerationPrompt: false);
            int at = longer.IndexOf(Answer, StringComparison.Ordinal);
            return at < 0 ? null : longer[(at + Answer.Length)..];
        }
        catch (JinjaException)
        {
            return null;
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
        List<string> markers = [.. SpecialTokens(head, template, tokenizer)
            .Where(token => token != template.BosToken && token != template.EosToken && token != endToken).Distinct()];
        string text = head.Trim();
        return markers.Count > 0 || text.Length is 0 or > LongestMarker ? markers : [text];
    }

    /// <summary>Whether a text ends with a token or mark of its own, as calls of tools do in some templates.</summary>
    public static bool EndsItself(string text)
    {
        int start = text.LastIndexOf('<');
        return start >= 0 && text.EndsWith('>') && IsMark(text[start..]) && !text.AsSpan(start).ContainsAny(" \n");
    }

    private static IEnumerable<string> SpecialTokens(string text, ChatTemplate template, HfTokenizer tokenizer) =>
        tokenizer.Encode(text, addSpecialTokens: false)
            .Where(id => tokenizer.IsSpecial(id) || (tokenizer.TokenText(id) is { } token && (token == template.EosToken || IsMark(token))))
            .Select(id => tokenizer.TokenText(id)!)
            .Where(token => text.Contains(token, StringComparison.Ordinal));

    /// <summary>Some vocabularies do not flag their turn tokens as special: a whole &lt;mark&gt; or [mark] that is one token is one too.</summary>
    private static bool IsMark(string token) => token.Length > 3 && (token is ['<', .., '>'] or ['[', .., ']']);
}
