using Microsoft.ML.SimPO.Text.Tokenization.Patterns;

namespace Microsoft.ML.SimPO.Text.Tokenization.Files;

/// <summary>Reads a "pattern" of a tokenizer.json: <c>{"String": ...}</c> or <c>{"Regex": ...}</c>.</summary>
internal static class PatternReader
{
    public static TextPattern Read(JsonSection section)
    {
        if (section.Optional("String") is { } literal) return new TextPattern(literal.Text());
        JsonSection regex = section.Required("Regex");
        try
        {
            return new TextPattern(new CodePointRegex(regex.Text()));
        }
        catch (FormatException e)
        {
            throw regex.Fault(e.Message.TrimEnd('.'));
        }
        catch (NotSupportedException e)
        {
            throw regex.Unsupported(e.Message, e);
        }
    }
}
