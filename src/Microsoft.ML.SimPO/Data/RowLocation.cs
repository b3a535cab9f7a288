using System.Globalization;

namespace Microsoft.ML.SimPO.Data;

/// <summary>Where a row stands: its file, its number in that file from 1, and its line from 1 where the container has lines (else 0).</summary>
internal readonly record struct RowLocation(string File, long Row, long Line)
{
    public override string ToString() => Line > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{File}, line {Line}")
        : string.Create(CultureInfo.InvariantCulture, $"{File}, row {Row}");
}
