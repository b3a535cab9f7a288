namespace Microsoft.ML.SimPO.Data;

/// <summary>Third-party data that is not part of the project: below the folder that SIMPO_TEST_ASSETS names.</summary>
internal static class TestAssets
{
    /// <summary>A file of <c>data/</c>; skips the test where it is not there.</summary>
    public static string Data(string name)
    {
        string? root = Environment.GetEnvironmentVariable("SIMPO_TEST_ASSETS");
        string path = Path.Combine(root ?? "", "data", name);
        Skip.If(root is null || !File.Exists(path), $"needs data/{name} below the folder that SIMPO_TEST_ASSETS names");
        return path;
    }
}
