using Microsoft.ML.SimPO.Text.Tokenization.Unicode;

namespace Microsoft.ML.SimPO.Text.Tokenization.Normalizers;

/// <summary>Takes the white space off the start and the end.</summary>
internal sealed class StripNormalizer(bool left, bool right) : TextNormalizer
{
    public override void Normalize(AlignedText text)
    {
        int start = 0, end = text.Length;
        while (left && start < end && UnicodeData.WhiteSpace.Contains(text.Units[start])) start++;
        while (right && end > start && UnicodeData.WhiteSpace.Contains(text.Units[end - 1])) end--;
        if (end - start == text.Length) return;
        text.BeginEdit();
        text.Keep(start, end);
        text.EndEdit();
    }
}
