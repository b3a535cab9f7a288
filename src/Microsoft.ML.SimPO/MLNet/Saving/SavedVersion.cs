namespace Microsoft.ML.SimPO;

/// <summary>How ML.NET knows a saved transformer of this library.</summary>
internal static class SavedVersion
{
    /// <summary>The first version whose options are written by name, with the method and its reward.</summary>
    public const uint Named = 0x00010003;

    /// <summary>The first version with the SHA-256 of its streams. Readers of <see cref="Named"/> read it, too.</summary>
    public const uint Hashed = 0x00010004;

    /// <param name="modelSignature">Eight letters, at the head of the file.</param>
    /// <param name="loaderSignature">At most 24 letters: the name that the loader is registered under.</param>
    public static VersionInfo Of(string modelSignature, string loaderSignature) => new(
        modelSignature: modelSignature, verWrittenCur: Hashed, verReadableCur: Named, verWeCanReadBack: 0x00010001, loaderSignature: loaderSignature,
        loaderAssemblyName: typeof(SavedVersion).Assembly.FullName);
}
