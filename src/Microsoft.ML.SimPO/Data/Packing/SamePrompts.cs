using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Data.Packing;

/// <summary>
/// Finds groups of the same prompt. Where the border to an answer merged a token, a group's shared prefix is a little shorter than that of another group with the same
/// prompt: they are the same as well, and share what both have.
/// </summary>
internal static class SamePrompts
{
    /// <summary>The most tokens that two prefixes of the same prompt differ by, where they have more than that in common.</summary>
    private const int Border = 8;

    /// <returns>For each group the index of the first one with its prompt.</returns>
    public static int[] Of(IReadOnlyList<EncodedPrompt> groups)
    {
        int[] first = new int[groups.Count];
        Dictionary<ulong, int> known = [];
        for (int i = 0; i < first.Length; i++)
        {
            ulong[] ends = Ends(groups[i]);
            first[i] = ends.Select(e => known.GetValueOrDefault(e, i)).FirstOrDefault(j => j != i && AreSame(groups[j], groups[i]), i);
            if (first[i] == i)
                foreach (ulong end in ends) known.TryAdd(end, i);
        }
        return first;
    }

    private static bool AreSame(EncodedPrompt a, EncodedPrompt b)
    {
        int shared = Math.Min(a.SharedPrefixLength, b.SharedPrefixLength);
        return shared > 0 && Math.Max(a.SharedPrefixLength, b.SharedPrefixLength) - shared <= (shared > Border ? Border : 0)
            && a.Chosen.Ids.Span[..shared].SequenceEqual(b.Chosen.Ids.Span[..shared]);
    }

    /// <summary>FNV-1a of the prefix and of what it may be shorter, the longest first.</summary>
    private static ulong[] Ends(EncodedPrompt group)
    {
        ReadOnlySpan<int> prefix = group.Chosen.Ids.Span[..group.SharedPrefixLength];
        ulong[] ends = new ulong[Math.Min(Border + 1, prefix.Length)];
        ulong hash = 14695981039346656037;
        for (int i = 0; i < prefix.Length; i++)
        {
            hash = unchecked((hash ^ (uint)prefix[i]) * 1099511628211);
            if (prefix.Length - 1 - i < ends.Length) ends[prefix.Length - 1 - i] = hash;
        }
        return ends;
    }
}
