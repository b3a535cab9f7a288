using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data.Filters;

/// <summary>Most letters of both answers must be of one script. Answers without letters pass.</summary>
internal sealed class ScriptFilter(WritingSystem wanted) : IRowFilter
{
    public RowFault? Check(PreferenceRow row, IReadOnlyList<Message> turns) => Check("chosen", row.Chosen) ?? Check("rejected", row.Rejected);

    private RowFault? Check(string field, string text)
    {
        int letters = 0, fitting = 0;
        foreach (char c in text)
        {
            if (!char.IsLetter(c)) continue;
            letters++;
            if (Fits(c)) fitting++;
        }
        return fitting * 2 >= letters
            ? null
            : new RowFault(
                DropReason.OtherLanguage,
                $"`{field}` must be mostly {wanted}, but {letters - fitting} of its {letters} letters are of another script: `{Excerpt.Of(text)}`.");
    }

    private bool Fits(char c) => wanted switch
    {
        WritingSystem.Latin => c is <= '\u024F' or >= '\u1E00' and <= '\u1EFF',
        WritingSystem.Cyrillic => c is >= '\u0400' and <= '\u052F',
        WritingSystem.Greek => c is >= '\u0370' and <= '\u03FF' or >= '\u1F00' and <= '\u1FFF',
        WritingSystem.Arabic => c is >= '\u0600' and <= '\u077F' or >= '\uFB50' and <= '\uFDFF' or >= '\uFE70' and <= '\uFEFF',
        WritingSystem.Hebrew => c is >= '\u0590' and <= '\u05FF',
        WritingSystem.Devanagari => c is >= '\u0900' and <= '\u097F',
        WritingSystem.Han => c is >= '\u3400' and <= '\u9FFF' or >= '\u3040' and <= '\u30FF' or >= '\uF900' and <= '\uFAFF',
        WritingSystem.Hangul => c is >= '\uAC00' and <= '\uD7AF' or >= '\u1100' and <= '\u11FF' or >= '\u3130' and <= '\u318F',
        _ => c is >= '\u0E00' and <= '\u0E7F',
    };
}
