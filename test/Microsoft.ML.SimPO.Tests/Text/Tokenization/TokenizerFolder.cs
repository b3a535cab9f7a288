namespace Microsoft.ML.SimPO.Text;

/// <summary>A model folder that is made for a test and removed after it.</summary>
internal sealed class TokenizerFolder : IDisposable
{
    public TokenizerFolder() => Directory.CreateDirectory(Path);

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "tokenizer-" + Guid.NewGuid().ToString("N"));

    public string Write(string name, string content)
    {
        string path = System.IO.Path.Combine(Path, name);
        File.WriteAllText(path, content);
        return path;
    }

    public string Write(string name, byte[] content)
    {
        string path = System.IO.Path.Combine(Path, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
