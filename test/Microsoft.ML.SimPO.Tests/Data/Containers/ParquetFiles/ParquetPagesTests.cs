using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Data.Containers.ParquetFiles;

namespace Microsoft.ML.SimPO.Data;

public class ParquetPagesTests
{
    // Thrift's compact encoding of integers: zigzag, seven bits a byte.
    private static readonly byte[] Ten = [20], Huge = [0x80, 0x80, 0x80, 0x80, 8], Million32 = [0x80, 0x80, 0x80, 0x20];

    [Fact]
    public void A_page_says_where_its_data_is()
    {
        ParquetPage page = Read([0x15, 0, 0x15, .. Ten, 0x15, .. Ten, 0x2C, 0x15, 6, 0x15, 0, 0x15, 6, 0x15, 6, 0, 0], 10);
        Assert.Equal((4L, 21L, 10, 10, 3), (page.Start, page.Body, page.CompressedLength, page.Length, page.Values));
    }

    [Fact]
    public void A_page_that_declares_more_than_the_file_holds_is_refused() =>
        AssertRefused(
            "a page of 1073741824 bytes lies outside of the file, which cannot be.", [0x15, 0, 0x15, .. Ten, 0x15, .. Huge, 0x2C, 0x15, 6, 0x15, 0, 0, 0]);

    [Fact]
    public void A_page_that_declares_to_grow_beyond_measure_is_refused() =>
        AssertRefused("a page of 10 bytes is declared to decompress to 1073741824, which cannot be.",
            [0x15, 0, 0x15, .. Huge, 0x15, .. Ten, 0x2C, 0x15, 6, 0x15, 0, 0, 0]);

    [Fact]
    public void A_page_that_declares_more_values_than_the_file_can_have_is_refused() =>
        AssertRefused(
            "a page is declared to hold 33554432 values, which cannot be.", [0x15, 0, 0x15, .. Ten, 0x15, .. Ten, 0x2C, 0x15, .. Million32, 0x15, 0, 0, 0]);

    [Fact]
    public void A_dictionary_of_more_values_than_bytes_is_refused() =>
        AssertRefused(
            "a dictionary of 10 bytes is declared to hold 11 values, which cannot be.", [0x15, 4, 0x15, .. Ten, 0x15, .. Ten, 0x4C, 0x15, 22, 0x15, 0, 0, 0]);

    [Fact]
    public void A_header_that_lacks_a_size_or_has_another_type_for_it_is_refused()
    {
        AssertRefused("a page header lacks field 3 of PageHeader.", [0x15, 0, 0x15, .. Ten, 0x3C, 0x15, 6, 0x15, 0, 0, 0]);
        AssertRefused("its metadata is damaged: field 2 of PageHeader has type 8.", [0x15, 0, 0x18, 1, 65, 0x15, .. Ten, 0]);
        AssertRefused("its metadata is damaged: a number has too many bytes.", [0x15, .. Enumerable.Repeat((byte)0xFF, 20)]);
    }

    private static void AssertRefused(string message, byte[] header) =>
        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => Read(header, 10)).Message);

    private static ParquetPage Read(byte[] header, int dataLength)
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("a.parquet", [.. "PAR1"u8, .. header, .. new byte[dataLength]]);
        using FileStream file = File.OpenRead(path);
        return ParquetPages.Read(file, 4, new ReadingBudget("a.parquet", file.Length, 200));
    }
}
