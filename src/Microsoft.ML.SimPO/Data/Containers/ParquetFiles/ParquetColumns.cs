using Parquet;
using Parquet.Schema;

namespace Microsoft.ML.SimPO.Data.Containers.ParquetFiles;

/// <summary>Opens the leaf columns of a row group that can be part of a pair: text, numbers, truth values.</summary>
internal static class ParquetColumns
{
    public static ParquetColumn? Open(FileStream file, OverlayStream overlay, ParquetRowGroupReader group, DataField field)
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
        return type == typeof(byte) ? Column<byte>(number => FieldValue.Of((double)number)) : null;

        ParquetPageColumn<T> Column<T>(Func<T, FieldValue> convert) where T : struct => new(file, overlay, group, field, convert);
    }
}
