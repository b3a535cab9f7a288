namespace Microsoft.ML.SimPO.Text.Tokenization.Files;

/// <summary>The class of transformers that tokenizer_config.json names.</summary>
internal static class TokenizerClass
{
    private const string Fast = "Fast";

    /// <summary>Its name without "Fast"; empty where there is none.</summary>
    public static string NameOf(JsonSection config)
    {
        string name = config.TextOrNull("tokenizer_class") ?? "";
        return name.EndsWith(Fast, StringComparison.Ordinal) ? name[..^Fast.Length] : name;
    }
}
