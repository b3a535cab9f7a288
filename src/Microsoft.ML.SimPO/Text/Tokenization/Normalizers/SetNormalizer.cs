using Microsoft.ML.SimPO.Text.Tokenization.Unicode;

namespace Microsoft.ML.SimPO.Text.Tokenization.Normalizers;

/// <summary>Removes the code points of one set and writes a space for those of another.</summary>
internal sealed class SetNormalizer(CodePointSet removed, CodePointSet? spaces = null) : CodePointNormalizer
{
    protected override string? Map(int codePoint) =>
        removed.Contains(codePoint) ? "" : spaces is not null && spaces.Contains(codePoint) ? " " : Keep;
}
