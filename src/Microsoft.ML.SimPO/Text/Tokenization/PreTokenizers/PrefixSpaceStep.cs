namespace Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;

/// <summary>Puts a space before each piece that does not start with one.</summary>
internal sealed class PrefixSpaceStep : RewriteStep
{
    protected override void Write(AlignedText text, int start, int end)
    {
        if (text.Units[start] != ' ') text.Write(' ', start);
        text.Keep(start, end);
    }
}
