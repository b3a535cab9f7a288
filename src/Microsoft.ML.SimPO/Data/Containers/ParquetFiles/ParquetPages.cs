using Parquet.Meta;

namespace Microsoft.ML.SimPO.Data.Containers.ParquetFiles;

/// <summary>Walks the pages of a column chunk by their headers.</summary>
internal static class ParquetPages
{
    private const int MaxHeader = 4 << 20;
    private const int MaxPage = 512 << 20;
    private const int FreePage = 16 << 20;
    private const int MaxRatio = 1000;

    /// <summary>The page that starts at <paramref name="start"/>.</summary>
    /// <exception cref="InvalidDataException">Its header is damaged or says what the file cannot hold.</exception>
    public static ParquetPage Read(FileStream file, long start, ReadingBudget budget)
    {
        var guard = Header(file, start, out int headerLength);
        Dictionary<(string, int), long> numbers = guard.PageNumbers;
        long Number(string structure, int field) => numbers.TryGetValue((structure, field), out long value)
            ? value
            : throw new InvalidDataException($"a page header lacks field {field} of {structure}.");

        var type = (PageType)Number(ThriftStructs.Page, 1);
        string part = type switch
        {
            PageType.DATA_PAGE => "DataPage",
            PageType.DICTIONARY_PAGE => "DictionaryPage",
            PageType.DATA_PAGE_V2 => "DataPageV2",
            _ => throw new InvalidDataException($"a page of type {type:D} is not of a kind that holds values."),
        };
        bool second = type == PageType.DATA_PAGE_V2;
        long length = Number(ThriftStructs.Page, 2), compressed = Number(ThriftStructs.Page, 3), body = start + headerLength;
        long definition = second ? Number(part, 5) : 0, repetition = second ? Number(part, 6) : 0;
        long values = Number(part, 1);
        Check(compressed >= 0 && compressed <= file.Length - body, $"a page of {compressed} bytes lies outside of the file");
        bool plausible = length >= 0 && length <= MaxPage && (length <= FreePage || length / MaxRatio <= compressed);
        Check(plausible, $"a page of {compressed} bytes is declared to decompress to {length}");
        budget.Spend(length, compressed);
        Check(values >= 0 && values <= MaxValues(file), $"a page is declared to hold {values} values");
        Check(type != PageType.DICTIONARY_PAGE || values <= Math.Max(length, 1), $"a dictionary of {length} bytes is declared to hold {values} values");
        Check(definition >= 0 && repetition >= 0 && definition + repetition <= Math.Min(length, compressed), "a page's levels are longer than the page");
        bool isCompressed = second && numbers.GetValueOrDefault((part, 7), 1) == 1;
        int encoding = (int)Number(part, second ? 4 : 2);
        return new ParquetPage(type, start, body, (int)compressed, (int)length, (int)values, encoding, (int)definition, (int)repetition, isCompressed);
    }

    /// <summary>
    /// Most values that a column of this file can have: repeated values and nulls take next to no bytes, but whole rows of pairs do.
    /// </summary>
    public static long MaxValues(FileStream file) => (1 << 20) + file.Length;

    private static ThriftGuard Header(FileStream file, long start, out int length)
    {
        if (start < 4 || start >= file.Length) throw new InvalidDataException($"a page is declared to start at byte {start}, outside of the file.");
        for (int size = 512; ; size *= 8)
        {
            var bytes = new byte[Math.Min(size, file.Length - start)];
            file.Position = start;
            file.ReadExactly(bytes);
            var guard = new ThriftGuard(bytes);
            try
            {
                length = guard.Walk(ThriftStructs.Page);
                return guard;
            }
            catch (EndOfStreamException error) when (bytes.Length < size || size >= MaxHeader)
            {
                throw new InvalidDataException($"the page header at byte {start} does not end.", error);
            }
            catch (EndOfStreamException)
            {
                // It is longer than what was read: read more.
            }
        }
    }

    private static void Check(bool condition, string otherwise)
    {
        if (!condition) throw new InvalidDataException($"{otherwise}, which cannot be.");
    }
}
