using System.Globalization;
using System.Text.Unicode;
using Apache.Arrow;
using Apache.Arrow.Arrays;
using Apache.Arrow.Types;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>The rows of one record batch as field values.</summary>
internal sealed class ArrowBatch
{
    private const int MaxDepth = 16;

    private readonly string[] _names;
    private readonly IArrowArray[] _columns;
    private readonly int _maxRowBytes;
    private int _left;
    private long _bytesLeft;

    public ArrowBatch(RecordBatch batch, FieldSelection wanted, int maxRowBytes)
    {
        _maxRowBytes = maxRowBytes;
        var kept = Enumerable.Range(0, batch.ColumnCount).Where(i => wanted.Wants(batch.Schema.GetFieldByIndex(i).Name)).ToArray();
        _names = kept.Select(i => batch.Schema.GetFieldByIndex(i).Name).ToArray();
        _columns = kept.Select(batch.Column).ToArray();
        if (_columns.Any(column => column.Length != batch.Length)) throw new InvalidDataException("its columns differ in length.");
    }

    public SourceRow Row(int index, RowLocation location)
    {
        (_left, _bytesLeft) = (JsonRowParser.MaxValues, _maxRowBytes);
        try
        {
            var values = new FieldValue[_columns.Length];
            for (int i = 0; i < values.Length; i++) values[i] = Value(_columns[i], index, 0);
            return new SourceRow(new FieldRecord(_names, values), null, location);
        }
        catch (FormatException error)
        {
            return new SourceRow(null, RowFault.Malformed(error.Message), location);
        }
        catch (Exception error)
            when (error is ArgumentException or IndexOutOfRangeException or InvalidCastException or NullReferenceException or OverflowException)
        {
            throw new InvalidDataException($"{location}: the Arrow data is damaged: {error.Message}", error);
        }
    }

    private FieldValue Value(IArrowArray array, int index, int depth)
    {
        if (depth > MaxDepth) throw new FormatException($"A value must not be nested deeper than {MaxDepth}, but is.");
        if (--_left < 0) throw new FormatException($"A row must hold at most {JsonRowParser.MaxValues} values, but holds more.");
        if (array.IsNull(index)) return default;
        return array switch
        {
            StringArray text => Text(text.GetBytes(index)),
            LargeStringArray text => Text(text.GetBytes(index)),
            StringViewArray text => Text(text.GetBytes(index)),
            BinaryArray bytes => Binary(bytes.GetBytes(index)),
            LargeBinaryArray bytes => Binary(bytes.GetBytes(index)),
            BinaryViewArray bytes => Binary(bytes.GetBytes(index)),
            FixedSizeBinaryArray and not (Decimal32Array or Decimal64Array or Decimal128Array or Decimal256Array) => FieldValue.OfOther("binary data"),
            BooleanArray flags => FieldValue.Of(flags.GetValue(index) == true),
            DictionaryArray dictionary => Value(dictionary.Dictionary, Index(dictionary, index), depth + 1),
            ListArray list => List(list.Values, list.ValueOffsets[index], list.ValueOffsets[index + 1], depth),
            LargeListArray list => List(list.Values, checked((int)list.ValueOffsets[index]), checked((int)list.ValueOffsets[index + 1]), depth),
            FixedSizeListArray list => List(list.Values, Start(list, index), Start(list, index + 1), depth),
            ListViewArray list => List(list.Values, list.ValueOffsets[index], list.ValueOffsets[index] + list.Sizes[index], depth),
            LargeListViewArray list =>
                List(list.Values, checked((int)list.ValueOffsets[index]), checked((int)(list.ValueOffsets[index] + list.Sizes[index])), depth),
            RunEndEncodedArray runs => Value(runs.Values, runs.FindPhysicalIndex(index), depth + 1),
            StructArray record => Record(record, index, depth),
            _ => Number(array, index),
        };
    }

    private static int Start(FixedSizeListArray list, int index) => checked((index + list.Offset) * ((FixedSizeListType)list.Data.DataType).ListSize);

    private static int Index(DictionaryArray array, int index) => (int)Number(array.Indices, index).Number;

    private FieldValue Text(ReadOnlySpan<byte> bytes) => (_bytesLeft -= bytes.Length) >= 0
        ? FieldValue.Of(StrictText.Decode(bytes))
        : throw new FormatException(Sizes.RowTooLong(_maxRowBytes));

    // Some writers call text binary; images and the like are in no pair.
    private FieldValue Binary(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes) ? Text(bytes) : FieldValue.OfOther("binary data");

    private static FieldValue Number(IArrowArray array, int index) => array switch
    {
        DoubleArray a => FieldValue.Of(a.GetValue(index)!.Value),
        FloatArray a => FieldValue.Of(a.GetValue(index)!.Value),
        HalfFloatArray a => FieldValue.Of((double)a.GetValue(index)!.Value),
        Int64Array a => FieldValue.Of(a.GetValue(index)!.Value),
        Int32Array a => FieldValue.Of(a.GetValue(index)!.Value),
        Int16Array a => FieldValue.Of(a.GetValue(index)!.Value),
        Int8Array a => FieldValue.Of(a.GetValue(index)!.Value),
        UInt64Array a => FieldValue.Of(a.GetValue(index)!.Value),
        UInt32Array a => FieldValue.Of(a.GetValue(index)!.Value),
        UInt16Array a => FieldValue.Of(a.GetValue(index)!.Value),
        UInt8Array a => FieldValue.Of(a.GetValue(index)!.Value),
        Decimal32Array a => Decimal(a.GetString(index)),
        Decimal64Array a => Decimal(a.GetString(index)),
        Decimal128Array a => Decimal(a.GetString(index)),
        Decimal256Array a => Decimal(a.GetString(index)),
        NullArray => default,
        Date32Array or Date64Array or TimestampArray => FieldValue.OfOther("a date"),
        Time32Array or Time64Array or DurationArray => FieldValue.OfOther("a time"),
        _ => FieldValue.OfOther($"of Arrow's type {array.Data.DataType.Name}"),
    };

    private static FieldValue Decimal(string? text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
        ? FieldValue.Of(number)
        : FieldValue.OfOther("a decimal");

    private FieldValue List(IArrowArray values, int start, int end, int depth)
    {
        if (start < 0 || end < start || end > values.Length) throw new ArgumentException("a list lies outside of its values.");
        if (end - start > _left) throw new FormatException($"A row must hold at most {JsonRowParser.MaxValues} values, but holds more.");
        var items = new FieldValue[end - start];
        for (int i = 0; i < items.Length; i++) items[i] = Value(values, start + i, depth + 1);
        return FieldValue.Of(items);
    }

    private FieldValue Record(StructArray record, int index, int depth)
    {
        var type = (StructType)record.Data.DataType;
        var names = new string[type.Fields.Count];
        var values = new FieldValue[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = type.Fields[i].Name;
            values[i] = Value(record.Fields[i], index, depth + 1);
        }
        return FieldValue.Of(new FieldRecord(names, values));
    }
}
