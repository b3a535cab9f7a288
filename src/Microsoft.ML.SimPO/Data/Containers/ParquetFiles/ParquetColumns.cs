using System.Globalization;
using Parquet;
using Parquet.Data;
using Parquet.Schema;

namespace Microsoft.ML.SimPO.Data.Containers.ParquetFiles;

/// <summary>Opens the leaf columns of a row group that can be part of a pair: text, numbers, truth values.</summary>
internal static class ParquetColumns
{
    public static ParquetColumn? Open(FileStream file, ReadingBudget budget, OverlayStream overlay, ParquetRowGroupReader group, DataField field)
    {
        Type type = field.ClrType;
        if (type == typeof(string) || type == typeof(ReadOnlyMemory<char>)) return Column<ReadOnlyMemory<char>>(text => FieldValue.Of(text.ToString()));
        if (type == typeof(bool)) return Column<bool>(FieldValue.Of);
        if (type == typeof(double)) return Column<double>(FieldValue.Of);
        if (type == typeof(float)) return Column<float>(number => FieldValue.Of((double)number));
        if (type == typeof(long)) return Column<long>(number => FieldValue.Of((long)number));
        if (type == typeof(int)) return Column<int>(number => FieldValue.Of((long)number));
        if (type == typeof(short)) return Column<short>(number => FieldValue.Of((long)number));
        if (type == typeof(sbyte)) return Column<sbyte>(number => FieldValue.Of((long)number));
        if (type == typeof(ulong)) return Column<ulong>(number => FieldValue.Of(number));
        if (type == typeof(uint)) return Column<uint>(number => FieldValue.Of((long)number));
        if (type == typeof(ushort)) return Column<ushort>(number => FieldValue.Of((long)number));
        if (type == typeof(byte)) return Column<byte>(number => FieldValue.Of((long)number));
        if (type == typeof(decimal)) return Column<decimal>(number => FieldValue.Of((double)number));
        return type == typeof(BigDecimal) ? Column<BigDecimal>(Number) : null;

        ParquetPageColumn<T> Column<T>(Func<T, FieldValue> convert) where T : struct => new(file, budget, overlay, group, field, convert);
    }

    /// <summary>What a message calls a leaf that is not read.</summary>
    public static string NameOf(DataField field) => field.ClrType switch
    {
        Type type when type == typeof(DateTime) || type == typeof(DateOnly) || type == typeof(DateTimeOffset) => "a date",
        Type type when type == typeof(TimeOnly) || type == typeof(TimeSpan) => "a time",
        Type type when type == typeof(byte[]) || type == typeof(ReadOnlyMemory<byte>) => "binary data",
        Type type => $"of type {type.Name}",
    };

    private static FieldValue Number(BigDecimal number) =>
        double.TryParse(number.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? FieldValue.Of(value)
            : FieldValue.OfOther("a decimal");
}
