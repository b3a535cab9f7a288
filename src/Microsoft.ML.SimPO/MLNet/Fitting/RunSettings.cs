namespace Microsoft.ML.SimPO;

/// <summary>The options in the words of a run's state: those that must be the same for a run to go on, and those that change its rounding alone.</summary>
internal static class RunSettings
{
    /// <param name="reference">The fingerprint of the reference model; null for none.</param>
    public static Dictionary<string, string> Deciding(PreferenceTrainerOptions options, string? reference = null)
    {
        Dictionary<string, string> deciding = Texts(options, OptionEffect.Steps);
        if (options.MethodInState is { } method) deciding["method"] = method;
        if (reference is not null) deciding["SHA-256 of the reference model"] = reference;
        return deciding;
    }

    public static Dictionary<string, string> Cutting(PreferenceTrainerOptions options) => Texts(options, OptionEffect.Rounding);

    private static Dictionary<string, string> Texts(PreferenceTrainerOptions options, OptionEffect effect) =>
        OptionProperty.Of(options.GetType()).Where(o => o.Effect == effect && !o.IsUnsaid(options))
            .ToDictionary(o => o.Name, o => o.Text(options), StringComparer.Ordinal);
}
