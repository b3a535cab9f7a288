using Parquet;
using Parquet.Meta;
using Parquet.Schema;

namespace Microsoft.ML.SimPO.Data.Containers.ParquetFiles;

/// <summary>
/// A column whose pages the Parquet library decodes one by one (or a few small ones together), brought behind the end of the file together
/// with the dictionary that they need.
/// </summary>
internal sealed class ParquetPageColumn<T> : ParquetColumn where T : struct
{
    private const int SmallPage = 64 << 10;

    private readonly FileStream _file;
    private readonly ReadingBudget _budget;
    private readonly OverlayStream _overlay;
    private readonly ParquetRowGroupReader _group;
    private readonly DataField _field;
    private readonly ColumnMetaData _chunk;
    private readonly CompressionCodec _codec;
    private readonly Func<T, FieldValue> _convert;
    private ParquetPage? _dictionary;
    private long _next;
    private long _left;
    private long _held;
    private T[] _values = [];

    public ParquetPageColumn(
        FileStream file, ReadingBudget budget, OverlayStream overlay, ParquetRowGroupReader group, DataField field, Func<T, FieldValue> convert)
        : base(field.MaxDefinitionLevel, field.MaxRepetitionLevel)
    {
        (_file, _budget, _overlay, _group, _field, _convert) = (file, budget, overlay, group, field, convert);
        _chunk = group.GetMetadata(field)?.MetaData ?? throw new InvalidDataException($"column {field.Path} has no metadata.");
        _codec = _chunk.Codec;
        _left = _chunk.NumValues;
        if (_left < 0 || _left > ParquetPages.MaxValues(file))
            throw new InvalidDataException($"column {field.Path} is declared to hold {_left} values, more than the file can.");
        if (_chunk.TotalCompressedSize < 0 || _chunk.TotalCompressedSize > file.Length)
            throw new InvalidDataException($"column {field.Path} is declared to take {Sizes.Text(_chunk.TotalCompressedSize)}, more than the file.");
        // Pages stand one after the other; where the first is, is not always said in the same place.
        _next = new[] { _chunk.DictionaryPageOffset ?? 0, _chunk.DataPageOffset, _chunk.IndexPageOffset ?? 0 }.Where(offset => offset != 0)
            .DefaultIfEmpty().Min();
        // The library would decode these for every page; and they are not needed.
        _chunk.Statistics = null;
        _chunk.DictionaryPageOffset = _chunk.IndexPageOffset = null;
    }

    protected override bool ReadPage(ref int[] definitions, ref int[] repetitions, out int count)
    {
        count = 0;
        if (_left == 0) return false;
        List<ParquetPage> pages = NextPages();
        count = pages.Sum(page => page.Values);
        if (count > 0) Decode(pages, count, ref definitions, ref repetitions);
        return true;
    }

    protected override FieldValue Value(int index) => _convert(_values[index]);

    /// <summary>
    /// The pages to decode together: one, or so many small ones that decoding the dictionary with them takes no longer than decoding them.
    /// </summary>
    private List<ParquetPage> NextPages()
    {
        var pages = new List<ParquetPage>();
        long length = 0;
        while (_left > 0 && length < Math.Max(SmallPage, _dictionary?.Length ?? 0))
        {
            ParquetPage page = ParquetPages.Read(_file, _next, _budget);
            if (pages.Count > 0 && page.Type != pages[0].Type) break;
            _next = page.End;
            if (page.Type == PageType.DICTIONARY_PAGE)
            {
                if (_dictionary is not null) throw new InvalidDataException($"column {_field.Path} has two dictionaries.");
                _dictionary = page;
                continue;
            }
            if (page.Values > _left) throw new InvalidDataException($"column {_field.Path} holds more values than it declares.");
            _left -= page.Values;
            length += page.Length;
            pages.Add(page);
            Hold(length + (_dictionary?.Length ?? 0));
        }
        return pages;
    }

    /// <summary>Pages are there as bytes, and as text of twice as many.</summary>
    private void Hold(long bytes)
    {
        _budget.Hold((3 * bytes) - _held);
        _held = 3 * bytes;
    }

    private void Decode(List<ParquetPage> pages, int count, ref int[] definitions, ref int[] repetitions)
    {
        if (_values.Length < count) _values = new T[count];
        _values.AsSpan(0, count).Clear();
        Memory<int>? levels = Levels(_field.MaxDefinitionLevel, count, ref definitions), lists = Levels(_field.MaxRepetitionLevel, count, ref repetitions);
        bool rewritten = pages[0].Type == PageType.DATA_PAGE_V2;
        _chunk.Codec = rewritten ? CompressionCodec.UNCOMPRESSED : _codec;
        _overlay.Overlay(rewritten ? Rewritten(pages) : AsTheyAre(pages));
        _chunk.DataPageOffset = _overlay.OverlayStart;
        _chunk.NumValues = count;
        _group.ReadRawAsync(_field, _values.AsMemory(0, count), levels, lists).AsTask().GetAwaiter().GetResult();
    }

    private static Memory<int>? Levels(int maxLevel, int count, ref int[] levels)
    {
        if (maxLevel == 0) return null;
        if (levels.Length < count) levels = new int[count];
        levels.AsSpan(0, count).Clear();
        return levels.AsMemory(0, count);
    }

    private List<OverlayStream.Stretch> AsTheyAre(List<ParquetPage> pages)
    {
        var stretches = new List<OverlayStream.Stretch>();
        if (Dictionary(pages) is { } dictionary) stretches.Add(new OverlayStream.Stretch(null, dictionary.Start, dictionary.End - dictionary.Start));
        stretches.Add(new OverlayStream.Stretch(null, pages[0].Start, pages[^1].End - pages[0].Start));
        return stretches;
    }

    private List<OverlayStream.Stretch> Rewritten(List<ParquetPage> pages)
    {
        var stretches = new List<OverlayStream.Stretch>();
        if (Dictionary(pages) is { } dictionary) stretches.Add(OverlayStream.Stretch.Of(PageWriter.Uncompressed(dictionary, Body(dictionary), _codec)));
        foreach (ParquetPage page in pages)
            stretches.Add(
                OverlayStream.Stretch.Of(PageWriter.ToVersion1(page, Body(page), _codec, _field.MaxRepetitionLevel > 0, _field.MaxDefinitionLevel > 0)));
        return stretches;
    }

    private ParquetPage? Dictionary(List<ParquetPage> pages) => !pages.Exists(page => page.UsesDictionary)
        ? null
        : _dictionary ?? throw new InvalidDataException($"column {_field.Path} lacks its dictionary.");

    private byte[] Body(ParquetPage page)
    {
        var body = new byte[page.CompressedLength];
        _file.Position = page.Body;
        _file.ReadExactly(body);
        return body;
    }
}
