namespace Microsoft.ML.SimPO.Data;

/// <summary>
/// Drops pairs that resemble an earlier one. Signatures are computed in parallel, block by block; what is dropped does not depend on the
/// number of threads.
/// </summary>
internal static class NearDuplicates
{
    private const int WordsInARow = 5;
    private const int Block = 256;

    public static IEnumerable<LocatedRow> Drop(IEnumerable<LocatedRow> rows, double threshold, DropLog log)
    {
        var index = new NearDuplicateIndex(threshold);
        var places = new List<RowLocation>();
        var signatures = new uint[Block * MinHash.Length];
        foreach (LocatedRow[] block in rows.Chunk(Block))
        {
            Parallel.For(0, block.Length, i => Sign(block[i].Row, signatures.AsSpan(i * MinHash.Length, MinHash.Length)));
            for (int i = 0; i < block.Length; i++)
            {
                int earlier = index.FindOrAdd(signatures.AsSpan(i * MinHash.Length, MinHash.Length));
                if (earlier < 0)
                {
                    places.Add(block[i].Location);
                    yield return block[i];
                    continue;
                }
                log.Drop(DropReason.NearDuplicate, block[i].Location, $"It resembles {places[earlier]}: `{Excerpt.Of(block[i].Row.Prompt)}`.");
            }
        }
    }

    private static void Sign(PreferenceRow row, Span<uint> signature) =>
        MinHash.Sign(WordSequences.HashOrWhole([row.Prompt, row.Chosen, row.Rejected], WordsInARow), signature);
}
