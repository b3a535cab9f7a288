using System.Text;
using Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;

namespace Microsoft.ML.SimPO.Text.Tokenization.Files;

/// <summary>Reads what the Metaspace pre-tokenizer and decoder share.</summary>
internal static class Metaspace
{
    public static Rune Replacement(JsonSection section) => section.Optional("replacement")?.Character() ?? new Rune('▁');

    /// <summary>Old files have the flag "add_prefix_space" instead of a scheme.</summary>
    public static PrependScheme Scheme(JsonSection section, bool? addPrefixSpace = null)
    {
        if (addPrefixSpace is false) return PrependScheme.Never;
        if (section.Optional("prepend_scheme") is not { } scheme) return section.Flag("add_prefix_space", true) ? PrependScheme.Always : PrependScheme.Never;
        return scheme.Text() switch
        {
            "always" => PrependScheme.Always,
            "never" => PrependScheme.Never,
            "first" => PrependScheme.First,
            string other => throw scheme.Unsupported($"the prepend scheme '{other}'"),
        };
    }
}
