using System.Text.RegularExpressions;
using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Data.Checks;

/// <summary>What a text shows of where it comes from and what was done to it.</summary>
internal static partial class TextSigns
{
    /// <summary>How an answer's header begins, in the formats that people have.</summary>
    private static readonly string[] Headers =
        ["<|start_header_id|>", "<|im_start|>", "<start_of_turn>", "<|start_of_role|>", "<|assistant|>", "<｜Assistant｜>", "<|START_OF_TURN_TOKEN|>",
            "<|turn>", "<|start|>assistant", "<|header_start|>", "[/INST]", "### Response:", "### Assistant:", "ASSISTANT:", "Assistant:",
            // What is left of a header without its marks.
            "assistant\n", "Assistant\n"];

    /// <summary>What ends a turn, in the formats that people have.</summary>
    private static readonly string[] Ends =
        ["<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|eot|>", "<end_of_turn>", "<turn|>", "<|end|>", "</s>", "<|endoftext|>", "<|end_of_text|>", "<|return|>",
            "<｜end▁of▁sentence｜>", "<|END_OF_TURN_TOKEN|>", "<|end_of_role|>", "<eos>", "<|endofturn|>"];

    /// <summary>Marks that part turns and nothing else, in the formats that people have.</summary>
    private static readonly string[] Markers =
        ["<|im_start|>", "<|im_end|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|eom_id|>", "<|begin_of_text|>", "<|end_of_text|>",
            "<|python_tag|>", "<start_of_turn>", "<end_of_turn>", "<|turn>", "<turn|>", "[INST]", "[/INST]", "<<SYS>>", "<</SYS>>", "[SYSTEM_PROMPT]",
            "<|user|>", "<|assistant|>", "<|system|>", "<|end|>", "<|endoftext|>", "<｜User｜>", "<｜Assistant｜>", "<｜end▁of▁sentence｜>",
            "<｜begin▁of▁sentence｜>", "<|START_OF_TURN_TOKEN|>", "<|END_OF_TURN_TOKEN|>", "<|header_start|>", "<|header_end|>", "<|eot|>", "<|start|>",
            "<|message|>", "<|channel|>", "<|return|>", "<|start_of_role|>", "<|end_of_role|>"];

    /// <summary>Headings that are framing in a text of one's own, and foreign in the words of a message.</summary>
    private static readonly string[] Headings = ["### Instruction:", "### Response:", "### Human:", "### Assistant:", "\n\nHuman:", "\n\nAssistant:"];

    /// <summary>What tells of a thought, beside the marks that are read.</summary>
    private static readonly string[] Thoughts = [.. ThoughtMarks.Openings, "</think>", "<reflection>", "<|channel>thought"];

    /// <summary>The header of an answer with which a text begins; null for none.</summary>
    public static string? Header(string text)
    {
        string start = text.TrimStart();
        return Headers.FirstOrDefault(header => start.StartsWith(header, StringComparison.Ordinal));
    }

    /// <summary>The end of a turn with which a text ends; null for none.</summary>
    public static string? End(string text)
    {
        string bare = text.TrimEnd();
        return Ends.FirstOrDefault(end => bare.EndsWith(end, StringComparison.Ordinal));
    }

    /// <summary>The first of the marks that part turns, outside of code, for which <paramref name="isForeign"/> holds; null for none.</summary>
    public static string? Marker(string text, Func<string, bool> isForeign)
    {
        if (!text.AsSpan().ContainsAny('<', '[')) return null;
        string words = WithoutCode(text);
        return Markers.FirstOrDefault(marker => words.Contains(marker, StringComparison.Ordinal) && isForeign(marker))
            ?? AnyMarker().Matches(words).Select(match => match.Value).FirstOrDefault(isForeign);
    }

    /// <summary>A heading of a text format that stands in the words of a message; null for none.</summary>
    public static string? Heading(string text) => Headings.FirstOrDefault(heading => text.Contains(heading, StringComparison.Ordinal));

    /// <summary>Whether an answer has a thought before its words.</summary>
    public static bool Thinks(string text) =>
        text.AsSpan().ContainsAny('<', '[', '◁') && Thoughts.Any(mark => text.Contains(mark, StringComparison.Ordinal));

    /// <summary>Whether an answer, as messages, has a thought.</summary>
    public static bool Thinks(IReadOnlyList<Message> answer) => answer.Any(message => message.Thought is { Length: > 0 } || Thinks(message.Content));

    /// <summary>What a web page left in a text, outside of code; null for nothing.</summary>
    public static string? Leftover(string text)
    {
        if (!text.AsSpan().ContainsAny('&', '<', '%')) return null;
        string words = WithoutCode(text);
        if (Entity().Match(words) is { Success: true } entity) return entity.Value;
        if (Tag().Match(words) is { Success: true } tag) return tag.Value;
        MatchCollection percents = Percent().Matches(words);
        return percents.Count > 1 ? percents[0].Value : null;
    }

    /// <summary>Whether somebody asks about the web's own notation, so that an answer may have it.</summary>
    public static bool AsksForMarkup(string text) => Markup().IsMatch(text);

    /// <summary>A list or an object as a program printed it, with quotes that are no JSON's.</summary>
    public static bool IsPrinted(string text) =>
        PrintedStart().IsMatch(text) && JsonText.TryParse(text).IsNull && !PrintedText.TryParse(text).IsNull;

    /// <summary>A list of one text, as JSON has it too: printed, where others of the data are.</summary>
    public static bool IsListOfOneText(string text) =>
        text.AsSpan().TrimStart() is ['[', '"', ..] && JsonText.TryParse(text) is { Kind: FieldKind.List, Items: [{ Kind: FieldKind.Text }] };

    /// <summary>Whether an answer says that there will be none.</summary>
    public static bool IsRefusal(string text) => Refusal().IsMatch(text.Length > 240 ? text[..240] : text);

    /// <summary>Whether a text breaks off: its last visible character ends no sentence, no list and no code.</summary>
    public static bool BreaksOff(string text)
    {
        ReadOnlySpan<char> bare = text.AsSpan().TrimEnd();
        return bare.Length > 0 && (char.IsLetterOrDigit(bare[^1]) || bare[^1] is ',' or '-' or '(' or '\'' or '’');
    }

    private static string WithoutCode(string text) => text.Contains('`') ? Code().Replace(text, " ") : text;

    [GeneratedRegex("```.*?(```|$)|`[^`\n]*`", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Code();

    // Marks of makers that are not listed, by the words that such marks have.
    [GeneratedRegex(
        "<\\|[A-Za-z0-9_]*(im_|eot|eom|eos|bos|eod|user|assistant|system|human|turn|message|header|role|response|chatbot|observation|endof|end_of)"
        + "[A-Za-z0-9_]*\\|>|<｜[^｜<>\\n]{2,30}｜>", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex AnyMarker();

    [GeneratedRegex("&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8}[0-9]{0,2});", RegexOptions.CultureInvariant)]
    private static partial Regex Entity();

    [GeneratedRegex(
        "</?(br|p|div|span|li|ul|ol|font|center|h[1-6]|table|tbody|thead|tr|td|th|img|a|blockquote|hr)(\\s[^<>]*)?/?>",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Tag();

    [GeneratedRegex("%[0-9A-F]{2}|%[0-9a-f]{2}", RegexOptions.CultureInvariant)]
    private static partial Regex Percent();

    [GeneratedRegex(
        @"\b(x?html5?|xml|svg|css|markup|jsx|javascript|web ?(page|site)s?|web design|percent[- ]encod\w+|url[- ]?encod\w+|tags?|entit(y|ies))\b"
        + @"|</?[a-z]+\b[^<>]*>",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Markup();

    [GeneratedRegex(@"^\s*(\[\s*|array\(\[?\s*)?(\{\s*['""]|\[\s*['""])", RegexOptions.CultureInvariant)]
    private static partial Regex PrintedStart();

    [GeneratedRegex(
        @"\b(i('|’)?m|i am) (very |so |really |truly )?sorry,? (but )?(i|we|that)\b"
        + @"|\b(sorry|apologi[sz]e),? (but )?(i|we)('|’)?( ?a?m|re)? ?(can('|’)?t|can ?not|unable|not able|won('|’)?t|do not|don('|’)?t)\b"
        + @"|\bunable to (assist|help|provide|comply|answer|fulfil|respond|discuss|offer|support)|\bas an? (ai|artificial)\b"
        + @"|\bi (can ?not|can('|’)t|will not|won('|’)t|must decline to|must refuse to|am not able to|('|’)?m not able to|do not feel comfortable)"
        + @" (to )?(help|assist|provide|answer|comply|do that|fulfil|discuss|share|create|write|engage|support"
        + @"|offer|give|respond|continue|participate|generate)"
        + @"|\bnot (able|allowed|permitted|comfortable) (to|with) (help|assist|answer|provid|discuss|shar)\w*"
        + @"|\b(won('|’)?t|will not|wouldn('|’)?t) be able to (help|assist|provide|answer|comply|do|share|discuss)"
        + @"|\bi('|’)?d rather not (answer|say|discuss)"
        + @"|\b(i must|i have to|i need to) (respectfully )?(decline|refuse)\b"
        + @"|\b(not|nothing) (something )?(that )?(i|we)('|’)?( ?a?m)? (can|could|able to|willing to|allowed to) (help|assist|do|answer|provide|discuss)"
        + @"|\b(kann|darf|möchte) (ich )?(dir |ihnen |euch )?(dabei |damit |hier |das )?(leider )?nicht (weiter)?(helfen|beantworten)"
        + @"|\btut mir (sehr )?leid,? (aber )?(ich|das|dabei|da)\b|\bje (ne peux|ne suis|regrette|suis désolé)\w*\b.{0,40}\b(pas|mais|aider|répondre)\b"
        + @"|\b(lo siento,? (pero )?no|no puedo (ayudar|responder|proporcionar|asistir)|não posso (ajudar|responder))"
        + @"|\b(mi dispiace,? (ma )?non|non posso (aiutar|rispondere))",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Refusal();
}
