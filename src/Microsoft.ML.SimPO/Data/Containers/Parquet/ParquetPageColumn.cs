using Parquet;
using Parquet.Meta;
using Parquet.Schema;

namespace Microsoft.ML.SimPO.Data;

/// <summary>
/// A column whose pages the Parquet library decodes one by one, each brought behind the end of the file together with the dictionary it
/// needs.
/// </summary>
internal sealed class ParquetPageColumn<T> : ParquetColumn where T : struct
{
    private readonly FileStream _file;
    private readonly OverlayStream _overlay;
    private readonly ParquetRowGroupReader _group;
    private readonly DataField _field;
    private readonly ColumnMetaData _chunk;
    private readonly CompressionCodec _codec;
    private readonly Func<T, FieldValue> _convert;
    private ParquetPage? _dictionary;
    private long _next;
    private long _left;
    private T[] _values = [];

    public ParquetPageColumn(FileStream file, OverlayStream overlay, ParquetRowGroupReader group, DataField field, Func<T, FieldValue> convert)
        : base(field.MaxDefinitionLevel, field.MaxRepetitionLevel)
    {
        (_file, _overlay, _group, _field, _convert) = (file, overlay, group, field, convert);
        _chunk = group.GetMetadata(field)?.MetaData ?? throw new InvalidDataException($"column {field.Path} has no metadata.");
        _codec = _chunk.Codec;
        _left = _chunk.NumValues;
        if (_left < 0 || _left > ParquetPages.MaxValues(file))
            throw new InvalidDataException($"column {field.Path} is declared to hold {_left} values, more than the file can.");
        if (_chunk.TotalCompressedSize < 0 || _chunk.TotalCompressedSize > file.Length)
            throw new InvalidDataException($"column {field.Path} is declared to take {Sizes.Text(_chunk.TotalCompressedSize)}, more than the file.");
        // Pages stand one after the other; where the first is, is not always said in the same place.
        _next = new[] { _chunk.DictionaryPageOffset ?? 0, _chunk.DataPageOffset, _chunk.IndexPageOffset ?? 0 }.Where(offset => offset != 0).DefaultIfEmpty().Min();
        // The library would decode these for every page; and they are not needed.
        _chunk.Statistics = null;
        _chunk.DictionaryPageOffset = _chunk.IndexPageOffset = null;
    }

    protected override bool ReadPage(ref int[] definitions, ref int[] repetitions, out int count)
    {
        count = 0;
        if (_left == 0) return false;
        ParquetPage page = ParquetPages.Read(_file, _next);
        if (page.Type == PageType.DICTIONARY_PAGE)
        {
            if (_dictionary is not null) throw new InvalidDataException($"column {_field.Path} has two dictionaries.");
            _dictionary = page;
            page = ParquetPages.Read(_file, _next = page.End);
            if (page.Type == PageType.DICTIONARY_PAGE) throw new InvalidDataException($"column {_field.Path} has two dictionaries.");
        }
        _next = page.End;
        if (page.Values > _left) throw new InvalidDataException($"column {_field.Path} holds more values than it declares.");
        _left -= page.Values;
        count = page.Values;
        if (count > 0) Decode(page, ref definitions, ref repetitions);
        return true;
    }

    protected override FieldValue Value(int index) => _convert(_values[index]);

    private void Decode(ParquetPage page, ref int[] definitions, ref int[] repetitions)
    {
        if (_values.Length < page.Values) _values = new T[page.Values];
        Array.Clear(_values);
        Memory<int>? levels = Levels(_field.MaxDefinitionLevel, page.Values, ref definitions), lists = Levels(_field.MaxRepetitionLevel, page.Values, ref repetitions);
        _overlay.Overlay(Stretches(page));
        _chunk.DataPageOffset = _overlay.OverlayStart;
        _chunk.NumValues = page.Values;
        _group.ReadRawAsync(_field, _values.AsMemory(), levels, lists).AsTask().GetAwaiter().GetResult();
    }

    private static Memory<int>? Levels(int maxLevel, int count, ref int[] levels)
    {
        if (maxLevel == 0) return null;
        if (levels.Length < count) levels = new int[count];
        Array.Clear(levels);
        return levels;
    }

    private OverlayStream.Stretch[] Stretches(ParquetPage page)
    {
        ParquetPage? dictionary = page.UsesDictionary ? _dictionary ?? throw new InvalidDataException($"column {_field.Path} lacks its dictionary.") : null;
        if (page.Type == PageType.DATA_PAGE)
        {
            _chunk.Codec = _codec;
            return dictionary is null ? [Stretch(page)] : [Stretch(dictionary), Stretch(page)];
        }
        _chunk.Codec = CompressionCodec.UNCOMPRESSED;
        var rewritten = OverlayStream.Stretch.Of(PageWriter.ToVersion1(page, Body(page), _codec, _field.MaxRepetitionLevel > 0, _field.MaxDefinitionLevel > 0));
        return dictionary is null ? [rewritten] : [OverlayStream.Stretch.Of(PageWriter.Uncompressed(dictionary, Body(dictionary), _codec)), rewritten];
    }

    private static OverlayStream.Stretch Stretch(ParquetPage page) => new(null, page.Start, page.End - page.Start);

    private byte[] Body(ParquetPage page)
    {
        var body = new byte[page.CompressedLength];
        _file.Position = page.Body;
        _file.ReadExactly(body);
        return body;
    }
}
