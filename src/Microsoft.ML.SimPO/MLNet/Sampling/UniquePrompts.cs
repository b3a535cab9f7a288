using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>Prompts that are to be answered: each once, in the order in which they come first.</summary>
internal static class UniquePrompts
{
    /// <exception cref="InvalidOperationException">There are none.</exception>
    public static string[] Of(IDataView data, string column, int? most)
    {
        string[] prompts =
            [.. data.GetColumn<ReadOnlyMemory<char>>(column).Select(p => p.ToString()).Distinct(StringComparer.Ordinal).Take(most ?? int.MaxValue)];
        return prompts.Length > 0 ? prompts : throw new InvalidOperationException("There is nothing to answer: the data hold no prompts.");
    }
}
