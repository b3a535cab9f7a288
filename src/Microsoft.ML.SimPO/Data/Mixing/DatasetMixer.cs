using System.Collections;
using Microsoft.ML.SimPO.Data.Filters;

namespace Microsoft.ML.SimPO.Data.Mixing;

/// <summary>Brings several data sets together, each with a fraction of its rows (the `dataset_mixer` of alignment recipes).</summary>
internal static class DatasetMixer
{
    /// <summary>
    /// The rows of the parts, one part after the other, in the order of their files. Of a part with a fraction, which rows are taken
    /// depends on its place in the list, on its number of rows and on the seed alone; the part is read twice, once to count.
    /// </summary>
    /// <exception cref="ArgumentException">A fraction is out of range, or there is no part.</exception>
    public static IEnumerable<LocatedRow> Mix(
        IReadOnlyList<MixturePart> parts, long seed, PreferenceLoadOptions? options = null, Action<string>? info = null, DropLog? log = null)
    {
        Validate(parts);
        return parts.SelectMany((part, i) => Take(part, (long)WordSequences.Mix((ulong)seed + (ulong)i), options, info, log ?? new DropLog()));
    }

    /// <exception cref="ArgumentException">A fraction is out of range, or there is no part.</exception>
    public static void Validate(IReadOnlyList<MixturePart> parts)
    {
        var faults = new List<string>();
        if (parts.Count == 0) faults.Add("`parts` must not be empty. Name a file or folder and the fraction of it to take.");
        foreach (MixturePart part in parts.Where(part => !(part.Fraction is > 0 and <= 1000)))
            faults.Add(OptionFaults.Number(
                $"{nameof(MixturePart.Fraction)}` of `{part.Path}", "above 0 to 1000", part.Fraction, "Use 1 for all rows, and leave out what is not wanted."));
        OptionFaults.Throw(faults);
    }

    /// <summary>All rows of a part, whatever its fraction.</summary>
    public static IEnumerable<LocatedRow> Whole(MixturePart part, PreferenceLoadOptions? options, Action<string>? info, DropLog log)
    {
        PreferenceLoadOptions own = (options ?? new PreferenceLoadOptions()).Copy();
        own.Split = part.Split ?? own.Split;
        return PreferenceReader.ReadLocated(part.Path, own, info, log);
    }

    private static IEnumerable<LocatedRow> Take(MixturePart part, long seed, PreferenceLoadOptions? options, Action<string>? info, DropLog log)
    {
        if (part.Fraction == 1) return Whole(part, options, info, log);
        // Rows that are read again are counted once.
        bool counted = false;
        return Fraction(part, options?.FractionsTakeFirst == true ? null : seed, info, () =>
        {
            IEnumerable<LocatedRow> rows = Whole(part, options, counted ? null : info, counted ? new DropLog() : log);
            counted = true;
            return rows;
        });
    }

    /// <param name="seed">Decides which rows are taken; null for the first.</param>
    private static IEnumerable<LocatedRow> Fraction(MixturePart part, long? seed, Action<string>? info, Func<IEnumerable<LocatedRow>> read)
    {
        int count = read().Count(), whole = (int)Math.Floor(part.Fraction);
        // 0.3 of 10 is 3, though 0.3 * 10 is not quite.
        int rest = (int)Math.Floor(((part.Fraction - whole) * count) + 1e-9);
        info?.Invoke(FormattableString.Invariant($"{part.Path}: takes {((long)whole * count) + rest} pairs for its {count} (fraction {part.Fraction})."));
        for (int i = 0; i < whole; i++)
        {
            foreach (LocatedRow row in read()) yield return row;
        }
        if (rest == 0) yield break;
        if (seed is null)
        {
            foreach (LocatedRow row in read().Take(rest)) yield return row;
            yield break;
        }
        var taken = new BitArray(count);
        foreach (int index in new SeededRandom(seed.Value).Permutation(count).AsSpan(0, rest).ToArray()) taken[index] = true;
        int at = 0;
        foreach (LocatedRow row in read())
        {
            if (taken[at++]) yield return row;
        }
    }
}
