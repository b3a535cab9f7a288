namespace Microsoft.ML.SimPO.Text;

/// <summary>A folder with some files that goes when the test ends.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder(params ReadOnlySpan<(string Name, string Text)> files)
    {
        Path = Directory.CreateTempSubdirectory("simpo-text-").FullName;
        foreach ((string name, string text) in files) File.WriteAllText(System.IO.Path.Combine(Path, name), text);
    }

    public string Path { get; }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
