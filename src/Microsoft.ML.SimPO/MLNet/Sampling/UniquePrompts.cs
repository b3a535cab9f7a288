using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO;

/// <summary>Prompts that are to be answered: each once, in the order in which they come first.</summary>
internal static class UniquePrompts
{
    /// <param name="most">So many, the first; null for all.</param>
    /// <param name="parameter">What the caller of the API called the data.</param>
    /// <exception cref="ArgumentOutOfRangeException">The column is missing or of another type.</exception>
    /// <exception cref="InvalidOperationException">There are none.</exception>
    public static string[] Of(IHost host, IDataView data, string column, int? most, string parameter)
    {
        var check = new ColumnCheck(host, data.Schema);
        check.Text("prompt", column);
        check.ThrowIfFaulty(parameter);
        string[] prompts =
            [.. data.GetColumn<ReadOnlyMemory<char>>(column).Select(p => p.ToString()).Distinct(StringComparer.Ordinal).Take(most ?? int.MaxValue)];
        return prompts.Length > 0 ? prompts : throw new InvalidOperationException("There is nothing to answer: the data hold no prompts.");
    }
}
