using System.Runtime.CompilerServices;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Data;
using Microsoft.ML.SimPO.Data.Filters;
using Microsoft.ML.SimPO.Data.Mixing;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Parts a data view so that no prompt stands on two sides. Lazy: the prompts are read once, when a cursor of one of the parts is first made. Prompts count
/// as equal up to case and white space.
/// </summary>
internal static class PromptPartition
{
    /// <exception cref="ArgumentOutOfRangeException">The fraction is not above 0 and below 1, or the column is missing or not text.</exception>
    public static DataOperationsCatalog.TrainTestData Split(IHost host, IDataView data, string promptColumn, double testFraction, long seed)
    {
        if (!(testFraction is > 0 and < 1))
            throw new ArgumentOutOfRangeException(
                nameof(testFraction), FormattableString.Invariant($"`testFraction` must be above 0 and below 1, but was {testFraction}. Use 0.05 to 0.2."));
        DataViewSchema.Column column = Column(host, data, promptColumn);
        var test = new Lazy<HashSet<UInt128>>(
            () => PromptSplit.TestPrompts(Prompts(data, column).Select(p => new PreferenceRow(p, "", "", null, null)), testFraction, seed));
        return Make(
            new FilteredDataView(data, column, prompt => !test.Value.Contains(TextKey.OfPrompt(prompt))),
            new FilteredDataView(data, column, prompt => test.Value.Contains(TextKey.OfPrompt(prompt))));
    }

    /// <returns>For each fold the rows outside of it, to train on, and those in it, to test.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than two folds, or the column is missing or not text.</exception>
    public static IReadOnlyList<DataOperationsCatalog.TrainTestData> Folds(IHost host, IDataView data, string promptColumn, int numberOfFolds, long seed)
    {
        if (numberOfFolds < 2)
            throw new ArgumentOutOfRangeException(
                nameof(numberOfFolds), FormattableString.Invariant($"`numberOfFolds` must be at least 2, but was {numberOfFolds}. Use 5."));
        DataViewSchema.Column column = Column(host, data, promptColumn);
        var folds = new Lazy<Dictionary<UInt128, int>>(() => PromptFolds.Assign(Prompts(data, column), numberOfFolds, seed));
        int FoldOf(string prompt) => folds.Value.TryGetValue(TextKey.OfPrompt(prompt), out int fold) ? fold : throw new InvalidOperationException(
            $"The data gives other rows each time it is read: the prompt '{Excerpt.Of(prompt)}' was not among those that were dealt out. Cache it, or load it "
                + "from a source that does not change.");
        return [.. Enumerable.Range(0, numberOfFolds).Select(fold => Make(
            new FilteredDataView(data, column, prompt => FoldOf(prompt) != fold), new FilteredDataView(data, column, prompt => FoldOf(prompt) == fold)))];
    }

    private static DataViewSchema.Column Column(IHost host, IDataView data, string name)
    {
        ArgumentNullException.ThrowIfNull(data);
        return TextColumns.Of(host, data.Schema, [("prompt", name)], nameof(data)).Columns[0];
    }

    private static IEnumerable<string> Prompts(IDataView data, DataViewSchema.Column column)
    {
        using DataViewRowCursor cursor = data.GetRowCursor([column]);
        ValueGetter<ReadOnlyMemory<char>> getter = cursor.GetGetter<ReadOnlyMemory<char>>(column);
        ReadOnlyMemory<char> value = default;
        while (cursor.MoveNext())
        {
            getter(ref value);
            yield return value.ToString();
        }
    }

    /// <summary>ML.NET's own pair of data sets, whose constructor it keeps to itself.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern DataOperationsCatalog.TrainTestData Make(IDataView trainSet, IDataView testSet);
}
