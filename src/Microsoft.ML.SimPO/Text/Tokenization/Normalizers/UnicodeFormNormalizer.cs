using System.Text;

namespace Microsoft.ML.SimPO.Text;

/// <summary>The Unicode normalization forms.</summary>
internal sealed class UnicodeFormNormalizer(bool compose, bool compatible) : TextNormalizer
{
    public override void Normalize(AlignedText text)
    {
        if (text.Units.IndexOfAnyExceptInRange('\0', '\x7F') < 0) return;
        NormalizationForm form = compose ? compatible ? NormalizationForm.FormKC : NormalizationForm.FormC : compatible ? NormalizationForm.FormKD : NormalizationForm.FormD;
        string normalized = text.Units.ToString().Normalize(form);
        if (text.Units.SequenceEqual(normalized)) return;
        text.BeginEdit();
        for (int i = 0; i < normalized.Length; i++) text.Write(normalized[i], Math.Min(i, text.Length - 1));
        text.EndEdit();
    }
}
