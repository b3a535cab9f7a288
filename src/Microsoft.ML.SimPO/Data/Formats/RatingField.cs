using Microsoft.ML.SimPO.Data.Containers;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>The field that says how good an answer is: a score, the higher the better; a rank, of which 1 is the best; or the ratings of annotations.</summary>
internal sealed record RatingField(string Name, bool IsRank)
{
    // UltraFeedback's `overall_score` is broken where its `fine-grained_score` is not, and ratings by annotators are what that is made of.
    private static readonly string[] InItems = ["finegrainedscore", .. FieldNames.Scores, .. FieldNames.Ranks, "annotations"];

    public static RatingField Of(string name) => new(name, FieldNames.IsRank(name));

    /// <summary>The rating that a value is; null where it is none. False where it is something else.</summary>
    public bool TryReadValue(FieldValue value, out float? score)
    {
        if (value.Kind == FieldKind.Record) return TryReadAnnotations(value.Record, out score);
        bool read = ScoreField.TryRead(value, out score);
        if (IsRank) score = -score;
        return read;
    }

    /// <summary>The fields that rate the objects of lists, the one that decides first.</summary>
    public static List<RatingField> Find(IEnumerable<FieldValue> lists)
    {
        FieldRecord[] items = lists.Where(list => list.Kind == FieldKind.List)
            .SelectMany(list => list.Items).Where(item => item.Kind == FieldKind.Record).Select(item => item.Record).ToArray();
        string[] names = items.SelectMany(item => item.Names).Distinct(StringComparer.Ordinal).ToArray();
        var found = new List<(RatingField Field, bool Numbers)>();
        foreach (string name in InItems.SelectMany(candidate => names.Where(name => FieldNames.Normalize(name) == candidate)))
        {
            FieldValue[] values = items.Select(item => item[name]).Where(value => !value.IsNull).ToArray();
            RatingField field = Of(name);
            bool some = Array.Exists(values, value => field.TryReadValue(value, out float? score) && score is not null);
            if (values.Length > 0) found.Add((field, some && Array.TrueForAll(values, value => field.TryReadValue(value, out _))));
        }
        // Fields that hold something else only decide where there is nothing else: their rows are faults.
        return found.Exists(f => f.Numbers) ? found.Where(f => f.Numbers).Select(f => f.Field).ToList() : found.Take(1).Select(f => f.Field).ToList();
    }

    /// <summary>The mean of the ratings that annotators gave by aspect: <c>{"honesty": {"Rating": "4"}, ...}</c>.</summary>
    private static bool TryReadAnnotations(FieldRecord aspects, out float? score)
    {
        float[] ratings = aspects.Values.Where(aspect => aspect.Kind == FieldKind.Record)
            .Select(aspect => ScoreField.TryRead(aspect.Record["Rating"], out float? rating) ? rating : null).OfType<float>().ToArray();
        score = ratings.Length == 0 ? null : ratings.Average();
        return true;
    }
}
