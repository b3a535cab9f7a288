using Parquet.Meta;

namespace Microsoft.ML.SimPO.Data.Containers.ParquetFiles;

/// <summary>A page of a column chunk: where it lies and what its header says, checked against the file.</summary>
/// <param name="Type">Dictionary or data.</param>
/// <param name="Start">Offset of its header.</param>
/// <param name="Body">Offset of its data.</param>
/// <param name="CompressedLength">Bytes of its data in the file.</param>
/// <param name="Length">Bytes of its data once decompressed.</param>
/// <param name="Values">Values in it, nulls counted.</param>
/// <param name="Encoding">How its values are encoded.</param>
/// <param name="DefinitionBytes">Version 2 only: bytes of its definition levels.</param>
/// <param name="RepetitionBytes">Version 2 only: bytes of its repetition levels.</param>
/// <param name="Compressed">Version 2 only: whether its values are compressed.</param>
internal sealed record ParquetPage(
    PageType Type, long Start, long Body, int CompressedLength, int Length, int Values, int Encoding, int DefinitionBytes, int RepetitionBytes, bool Compressed)
{
    public long End => Body + CompressedLength;

    /// <summary>Whether its values are numbers of entries of the chunk's dictionary page (PLAIN_DICTIONARY or RLE_DICTIONARY).</summary>
    public bool UsesDictionary => Encoding is 2 or 8;
}
