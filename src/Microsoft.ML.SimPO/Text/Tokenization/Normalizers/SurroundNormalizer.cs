using System.Text;
using Microsoft.ML.SimPO.Text.Tokenization.Unicode;

namespace Microsoft.ML.SimPO.Text.Tokenization.Normalizers;

/// <summary>Puts a space before and after each code point of a set.</summary>
internal sealed class SurroundNormalizer(CodePointSet set) : CodePointNormalizer
{
    protected override string? Map(int codePoint) => set.Contains(codePoint) ? $" {new Rune(codePoint)} " : Keep;
}
