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
        var dealt = new Deal<HashSet<UInt128>>(pass => PromptSplit.TestPrompts(
            pass.Note(Prompts(data, column)).Select(p => new PreferenceRow(p, "", "", null, null)), testFraction, seed));
        FilteredDataView Part(bool isTest) => new(data, column, (key, _) => dealt.Value.Contains(key) == isTest, () => dealt.Pass);
        return Make(Part(isTest: false), Part(isTest: true));
    }

    /// <returns>For each fold the rows outside of it, to train on, and those in it, to test.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than two folds, or the column is missing or not text.</exception>
    public static IReadOnlyList<DataOperationsCatalog.TrainTestData> Folds(IHost host, IDataView data, string promptColumn, int numberOfFolds, long seed)
    {
        if (numberOfFolds < 2)
            throw new ArgumentOutOfRangeException(
                nameof(numberOfFolds), FormattableString.Invariant($"`numberOfFolds` must be at least 2, but was {numberOfFolds}. Use 5."));
        DataViewSchema.Column column = Column(host, data, promptColumn);
        var dealt = new Deal<Dictionary<UInt128, int>>(pass => PromptFolds.Assign(pass.Note(Prompts(data, column)), numberOfFolds, seed));
        int FoldOf(UInt128 key, string prompt) => dealt.Value.TryGetValue(key, out int fold) ? fold : throw PromptPass.Unknown(prompt);
        FilteredDataView Part(int fold, bool isTest) => new(data, column, (key, prompt) => FoldOf(key, prompt) == fold == isTest, () => dealt.Pass);
        return [.. Enumerable.Range(0, numberOfFolds).Select(fold => Make(Part(fold, isTest: false), Part(fold, isTest: true)))];
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

    /// <summary>What was dealt out in a pass over the prompts, which is made when it is first asked for, and again where it failed.</summary>
    private sealed class Deal<T>(Func<PromptPass, T> deal)
    {
        private readonly Lock _guard = new();
        private volatile Tuple<T, PromptPass>? _dealt;

        public T Value => Get().Item1;

        public PromptPass Pass => Get().Item2;

        private Tuple<T, PromptPass> Get()
        {
            if (_dealt is { } dealt) return dealt;
            lock (_guard)
            {
                if (_dealt is { } meanwhile) return meanwhile;
                var pass = new PromptPass();
                return _dealt = Tuple.Create(deal(pass), pass);
            }
        }
    }

    /// <summary>ML.NET's own pair of data sets, whose constructor it keeps to itself.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern DataOperationsCatalog.TrainTestData Make(IDataView trainSet, IDataView testSet);
}
