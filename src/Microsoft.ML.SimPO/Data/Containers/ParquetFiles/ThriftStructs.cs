using System.Globalization;

namespace Microsoft.ML.SimPO.Data.Containers.ParquetFiles;

/// <summary>
/// The structures of Parquet's metadata, as far as they are read: field numbers with their wire types. v: integer, b: bytes, d: double, y:
/// byte, t: true or false, s: structure, L: list.
/// </summary>
internal static class ThriftStructs
{
    public const string Footer = "FileMetaData";
    public const string Page = "PageHeader";

    private const string Boxes = "1d 2d 3d 4d 5d 6d 7d 8d";
    private const string Statistics = "1b 2b 3v 4v 5b 6b 7t 8t";
    private const string Cipher = "1b 2b 3t";
    private const string Time = "1t 2sTimeUnit";

    private static readonly Dictionary<string, Dictionary<int, string>> Fields = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [Footer] = "1v 2LsSchemaElement 3v 4LsRowGroup 5LsKeyValue 6b 7LsColumnOrder 8sEncryptionAlgorithm 9b",
        ["SchemaElement"] = "1v 2v 3v 4b 5v 6v 7v 8v 9v 10sLogicalType",
        ["LogicalType"] = "1sEmpty 2sEmpty 3sEmpty 4sEmpty 5sDecimal 6sEmpty 7sTime 8sTime 10sInteger 11sEmpty 12sEmpty " +
            "13sEmpty 14sEmpty 15sEmpty 16sVariant 17sGeometry 18sGeography",
        ["Empty"] = "",
        ["Decimal"] = "1v 2v",
        ["Time"] = Time,
        ["TimeUnit"] = "1sEmpty 2sEmpty 3sEmpty",
        ["Integer"] = "1y 2t",
        ["Variant"] = "1y",
        ["Geometry"] = "1b",
        ["Geography"] = "1b 2v",
        ["RowGroup"] = "1LsColumnChunk 2v 3v 4LsSortingColumn 5v 6v 7v",
        ["ColumnChunk"] = "1b 2v 3sColumnMetaData 4v 5v 6v 7v 8sColumnCrypto 9b",
        ["ColumnMetaData"] = "1v 2Lv 3Lb 4v 5v 6v 7v 8LsKeyValue 9v 10v 11v 12sStatistics 13LsPageEncodingStats 14v 15v 16sSizeStatistics 17sGeospatial",
        ["ColumnCrypto"] = "1sEmpty 2sColumnKey",
        ["ColumnKey"] = "1Lb 2b",
        ["SortingColumn"] = "1v 2t 3t",
        ["KeyValue"] = "1b 2b",
        ["ColumnOrder"] = "1sEmpty",
        ["PageEncodingStats"] = "1v 2v 3v",
        ["SizeStatistics"] = "1v 2Lv 3Lv",
        ["Geospatial"] = "1sBox 2Lv",
        ["Box"] = Boxes,
        ["EncryptionAlgorithm"] = "1sCipher 2sCipher",
        ["Cipher"] = Cipher,
        ["Statistics"] = Statistics,
        [Page] = "1v 2v 3v 4v 5sDataPage 6sEmpty 7sDictionaryPage 8sDataPageV2",
        ["DataPage"] = "1v 2v 3v 4v 5sStatistics",
        ["DictionaryPage"] = "1v 2v 3t",
        ["DataPageV2"] = "1v 2v 3v 4v 5v 6v 7t 8sStatistics",
    }.ToDictionary(pair => pair.Key, pair => Parse(pair.Value), StringComparer.Ordinal);

    /// <summary>The type of a field, or null where it is none that is read.</summary>
    public static string? Type(string structure, int field) => Fields[structure].GetValueOrDefault(field);

    private static Dictionary<int, string> Parse(string fields) => fields
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(text => (Text: text, Digits: text.AsSpan().IndexOfAnyExceptInRange('0', '9')))
        .ToDictionary(field => int.Parse(field.Text.AsSpan(0, field.Digits), CultureInfo.InvariantCulture), field => field.Text[field.Digits..]);
}
