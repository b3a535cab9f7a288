using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>A folder of the temporary files that is gone afterwards.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("simpo-").FullName;

    public static TemporaryFolder With(IEnumerable<ModelFile> files)
    {
        var folder = new TemporaryFolder();
        try
        {
            foreach (ModelFile file in files) folder.Write(file);
            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private void Write(ModelFile file)
    {
        string target = System.IO.Path.Combine(Path, file.Name.Replace('/', System.IO.Path.DirectorySeparatorChar));
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
        File.WriteAllBytes(target, file.ReadAll());
    }
}
