using System.Buffers;
using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data.Filters;

/// <summary>Text that went through a wrong encoding.</summary>
internal sealed class DamagedTextFilter : IRowFilter
{
    // Characters that may be a trace; everything else is passed over quickly.
    private static readonly SearchValues<char> Suspects = SearchValues.Create(
        Enumerable.Range(0, 0xA0).Where(c => c is < 32 or > 126 && c is not ('\t' or '\n' or '\r' or '\f')).Select(c => (char)c)
            .Concat(['\u00C2', '\u00C3', '\u00E2', '\uFFFD', '\uFFFF', '\uFFFE']).ToArray());

    public RowFault? Check(PreferenceRow row, IReadOnlyList<Message> turns)
    {
        foreach (Message turn in turns)
        {
            if (Check("prompt", turn.Content) is { } fault) return fault;
        }
        return Check("chosen", row.Chosen) ?? Check("rejected", row.Rejected);
    }

    private static RowFault? Check(string field, string text)
    {
        for (int at = 0; at < text.Length;)
        {
            int next = text.AsSpan(at).IndexOfAny(Suspects);
            if (next < 0) break;
            at += next;
            if (Trace(text, at) is { } trace)
                return new RowFault(
                    DropReason.DamagedText, FormattableString.Invariant($"`{field}` has {trace} at character {at + 1}: `{Excerpt.Of(text[at..])}`."));
            at++;
        }
        return HasLoneSurrogate(text) ? new RowFault(DropReason.DamagedText, $"`{field}` has half of a surrogate pair.") : null;
    }

    private static string? Trace(string text, int at) => text[at] switch
    {
        '\uFFFD' => "a replacement character (U+FFFD)",
        '\uFFFE' or '\uFFFF' => "a character that is none",
        '\u00C2' or '\u00C3' => at + 1 < text.Length && text[at + 1] is >= '\u0080' and <= '\u00BF' ? "UTF-8 that was read as Latin-1" : null,
        '\u00E2' => at + 2 < text.Length && text[at + 1] is '\u20AC' or '\u0080' ? "UTF-8 that was read as Windows-1252" : null,
        '\u0085' => null,
        _ => "a control character",
    };

    private static bool HasLoneSurrogate(string text)
    {
        for (int at = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF'); at >= 0 && at < text.Length; at++)
        {
            if (!char.IsSurrogate(text[at])) continue;
            if (!char.IsSurrogatePair(text, at)) return true;
            at++;
        }
        return false;
    }
}
