namespace Microsoft.ML.SimPO;

/// <summary>How ML.NET knows a saved transformer of this library.</summary>
internal static class SavedVersion
{
    /// <summary>The version that is written. Before it stood beta and gamma_beta_ratio of SimPO where the target margin stands.</summary>
    public const uint Current = 0x00010003;

    /// <param name="modelSignature">Eight letters, at the head of the file.</param>
    /// <param name="loaderSignature">At most 24 letters: the name that the loader is registered under.</param>
    public static VersionInfo Of(string modelSignature, string loaderSignature) => new(
        modelSignature: modelSignature, verWrittenCur: Current, verReadableCur: Current, verWeCanReadBack: 0x00010001, loaderSignature: loaderSignature,
        loaderAssemblyName: typeof(SavedVersion).Assembly.FullName);
}
