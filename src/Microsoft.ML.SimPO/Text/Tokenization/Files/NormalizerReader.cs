namespace Microsoft.ML.SimPO.Text;

/// <summary>Reads the "normalizer" of a tokenizer.json.</summary>
internal static class NormalizerReader
{
    /// <exception cref="NotSupportedException">A normalizer of that type is not known.</exception>
    public static TextNormalizer Read(JsonSection section)
    {
        string type = section.Required("type").Text();
        return type switch
        {
            "Sequence" => new SequenceNormalizer([.. section.Required("normalizers").Items().Select(Read)]),
            "Prepend" => new PrependNormalizer(section.Required("prepend").Text()),
            "Replace" => new ReplaceNormalizer(PatternReader.Read(section.Required("pattern")), section.Required("content").Text()),
            "NFC" => new UnicodeFormNormalizer(compose: true, compatible: false),
            _ => throw section.Unsupported($"the normalizer '{type}'"),
        };
    }
}
