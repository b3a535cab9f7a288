using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>Reads the values of a column of an <see cref="IDataView"/>, whatever their type.</summary>
internal static class DataViewValue
{
    public static bool Reads(DataViewType type) =>
        type is TextDataViewType or NumberDataViewType or BooleanDataViewType
            || (type is VectorDataViewType vector && vector.ItemType is TextDataViewType or NumberDataViewType);

    public static Func<FieldValue> Getter(DataViewRow row, DataViewSchema.Column column) => column.Type switch
    {
        TextDataViewType => Scalar<ReadOnlyMemory<char>>(row, column, Text),
        BooleanDataViewType => Scalar<bool>(row, column, FieldValue.Of),
        VectorDataViewType { ItemType: TextDataViewType } => Vector<ReadOnlyMemory<char>>(row, column, Text),
        VectorDataViewType vector => Number(vector.ItemType.RawType, row, column, isVector: true),
        _ => Number(column.Type.RawType, row, column, isVector: false),
    };

    // An empty text is what ML.NET has for none.
    private static FieldValue Text(ReadOnlyMemory<char> text) => FieldValue.Of(text.ToString());

    private static Func<FieldValue> Number(Type type, DataViewRow row, DataViewSchema.Column column, bool isVector)
    {
        if (type == typeof(float)) return Of<float>(number => FieldValue.Of((double)number));
        if (type == typeof(double)) return Of<double>(FieldValue.Of);
        if (type == typeof(int)) return Of<int>(number => FieldValue.Of((long)number));
        if (type == typeof(long)) return Of<long>(number => FieldValue.Of((long)number));
        if (type == typeof(short)) return Of<short>(number => FieldValue.Of((long)number));
        if (type == typeof(sbyte)) return Of<sbyte>(number => FieldValue.Of((long)number));
        if (type == typeof(uint)) return Of<uint>(number => FieldValue.Of((long)number));
        if (type == typeof(ulong)) return Of<ulong>(number => FieldValue.Of(number));
        if (type == typeof(ushort)) return Of<ushort>(number => FieldValue.Of((long)number));
        return Of<byte>(number => FieldValue.Of((long)number));

        Func<FieldValue> Of<T>(Func<T, FieldValue> convert) => isVector ? Vector(row, column, convert) : Scalar(row, column, convert);
    }

    private static Func<FieldValue> Scalar<T>(DataViewRow row, DataViewSchema.Column column, Func<T, FieldValue> convert)
    {
        ValueGetter<T> getter = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            getter(ref value);
            return convert(value);
        };
    }

    private static Func<FieldValue> Vector<T>(DataViewRow row, DataViewSchema.Column column, Func<T, FieldValue> convert)
    {
        ValueGetter<VBuffer<T>> getter = row.GetGetter<VBuffer<T>>(column);
        VBuffer<T> values = default;
        return () =>
        {
            getter(ref values);
            return FieldValue.Of(values.DenseValues().Select(convert).ToArray());
        };
    }
}
