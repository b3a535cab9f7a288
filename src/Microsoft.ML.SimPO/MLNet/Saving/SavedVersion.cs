namespace Microsoft.ML.SimPO;

/// <summary>How ML.NET knows a saved transformer of this library.</summary>
internal static class SavedVersion
{
    /// <param name="modelSignature">Eight letters, at the head of the file.</param>
    /// <param name="loaderSignature">At most 24 letters: the name that the loader is registered under.</param>
    /// <param name="written">The version that is written; readers that know less refuse it.</param>
    public static VersionInfo Of(string modelSignature, string loaderSignature, uint written = 0x00010001) => new(
        modelSignature: modelSignature, verWrittenCur: written, verReadableCur: written, verWeCanReadBack: 0x00010001, loaderSignature: loaderSignature, loaderAssemblyName: typeof(SavedVersion).Assembly.FullName);
}
