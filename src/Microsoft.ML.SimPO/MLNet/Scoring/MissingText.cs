using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO;

/// <summary>Finds answers without words. A conversation's is its last turn, which may call a tool instead.</summary>
internal static class MissingText
{
    /// <param name="texts">Prompt and answers, or a text alone.</param>
    /// <returns>What is missing, as a clause; null for nothing.</returns>
    public static string? In(string[] texts)
    {
        string[] names = texts.Length switch { 1 => ["text"], 2 => ["answer"], _ => ["chosen answer", "rejected answer"] };
        string[] missing = [.. names.Where((_, i) => IsMissing(texts[texts.Length - names.Length + i])).Select(n => $"its {n}")];
        return missing.Length == 0 ? null : $"{string.Join(" and ", missing)} {(missing.Length == 1 ? "is" : "are")} empty";
    }

    private static bool IsMissing(string text)
    {
        if (VisibleText.IsBlank(text)) return true;
        try
        {
            return ConversationText.TryParse(text) is { Messages: [.., { CallsTools: false } last] } && VisibleText.IsBlank(last.Content);
        }
        catch (InvalidDataException)
        {
            return false; // whoever encodes it says what is wrong
        }
    }
}
