using System.Collections.Frozen;
using System.Text;
using Microsoft.ML.SimPO.Text.Tokenization.Unicode;

namespace Microsoft.ML.SimPO.Text.Tokenization.Normalizers;

/// <summary>Writes each letter in lower case, without regard to language or place.</summary>
internal sealed class LowercaseNormalizer : CodePointNormalizer
{
    private static readonly FrozenDictionary<int, string> Lower =
        UnicodeTables.CodePoints("lower").ToFrozenDictionary(line => line.Key, line => string.Concat(line.Value.Select(cp => new Rune(cp).ToString())));

    protected override string? Map(int codePoint) => Lower.TryGetValue(codePoint, out string? lower) ? lower : Keep;
}
