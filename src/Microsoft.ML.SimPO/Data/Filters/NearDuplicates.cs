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
        foreach (LocatedRow[] block in rows.Chunk(Block))
        {
            var signatures = new uint[block.Length][];
            Parallel.For(0, block.Length, i => signatures[i] = Signature(block[i].Row));
            for (int i = 0; i < block.Length; i++)
            {
                int earlier = index.FindOrAdd(signatures[i]);
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

    public static uint[] Signature(PreferenceRow row) => MinHash.Signature(WordSequences.HashOrWhole($"{row.Prompt}\n{row.Chosen}\n{row.Rejected}", WordsInARow));
}
