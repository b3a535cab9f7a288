namespace Microsoft.ML.SimPO.Data;

/// <summary>Third-party data that is not part of the project: below the folder that SIMPO_TEST_ASSETS names.</summary>
internal static class TestAssets
{
    /// <summary>A file of <c>data/</c>; skips the test where it is not there.</summary>
    public static string Data(string name) => Find("data", name, File.Exists);

    /// <summary>A folder of <c>models/</c> in Hugging Face layout; skips the test where it is not there.</summary>
    public static string Model(string name) => Find("models", name, folder => File.Exists(Path.Combine(folder, "tokenizer.json")));

    private static string Find(string kind, string name, Predicate<string> exists)
    {
        string? root = Environment.GetEnvironmentVariable("SIMPO_TEST_ASSETS");
        string path = Path.Combine(root ?? "", kind, name);
        Skip.If(root is null || !exists(path), $"needs {kind}/{name} below the folder that SIMPO_TEST_ASSETS names");
        return path;
    }
}
