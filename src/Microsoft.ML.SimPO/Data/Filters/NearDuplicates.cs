namespace Microsoft.ML.SimPO.Data.Filters;

/// <summary>
/// Drops pairs that resemble an earlier one. Signatures are computed on all processors; what is dropped does not depend on their number.
/// </summary>
internal static class NearDuplicates
{
    private const int WordsInARow = 5;

    public static IEnumerable<LocatedRow> Drop(IEnumerable<LocatedRow> rows, double threshold, DropLog log)
    {
        var index = new NearDuplicateIndex(threshold);
        var places = new List<RowLocation>();
        foreach ((LocatedRow located, uint[] signature) in OrderedParallel.Select(rows, Size, located => (located, Sign(located.Row))))
        {
            int earlier = index.FindOrAdd(signature);
            if (earlier < 0)
            {
                places.Add(located.Location);
                yield return located;
                continue;
            }
            log.Drop(DropReason.NearDuplicate, located.Location, $"It resembles {places[earlier]}: `{Excerpt.Of(located.Row.Prompt)}`.");
        }
    }

    private static long Size(LocatedRow located) => located.Row.Prompt.Length + located.Row.Chosen.Length + located.Row.Rejected.Length;

    private static uint[] Sign(PreferenceRow row)
    {
        var signature = new uint[MinHash.Length];
        MinHash.Sign(WordSequences.HashOrWhole([row.Prompt, row.Chosen, row.Rejected], WordsInARow), signature);
        return signature;
    }
}
