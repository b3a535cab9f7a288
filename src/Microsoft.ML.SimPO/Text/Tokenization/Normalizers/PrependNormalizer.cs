namespace Microsoft.ML.SimPO.Text.Tokenization.Normalizers;

/// <summary>Puts a text before every text that is not empty.</summary>
internal sealed class PrependNormalizer(string prefix) : TextNormalizer
{
    public override void Normalize(AlignedText text)
    {
        if (text.Length == 0) return;
        text.BeginEdit();
        text.Write(prefix, 0);
        text.Keep(0, text.Length);
        text.EndEdit();
    }
}
