using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>
/// A model or a data set in the cache of Hugging Face's libraries: contents by their hash in <c>blobs</c>, names in <c>snapshots/COMMIT</c> as links to them,
/// branches in <c>refs</c>.
/// </summary>
internal sealed class HubCache
{
    public HubCache(string root, string id, bool isDataset)
    {
        string name = $"{(isDataset ? "datasets" : "models")}--{id.Replace("/", "--", StringComparison.Ordinal)}";
        (Folder, Locks) = (Path.Combine(root, name), Path.Combine(root, ".locks", name));
    }

    public string Folder { get; }

    private string Locks { get; }

    public string Snapshot(string commit) => Path.Combine(Folder, "snapshots", commit);

    public string Blob(string hash) => Path.Combine(Folder, "blobs", hash);

    /// <summary>Which commit a branch is; null where that was never downloaded.</summary>
    public string? CommitOf(string revision)
    {
        string path = Path.Combine(Folder, "refs", revision);
        return File.Exists(path) ? System.Text.Encoding.UTF8.GetString(RegularFile.ReadBytes(path, 1024)).Trim() : null;
    }

    public void Refer(string revision, string commit)
    {
        if (revision == commit) return;
        string path = Path.Combine(Folder, "refs", revision);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, System.Text.Encoding.UTF8.GetBytes(commit));
    }

    /// <summary>One process at a time writes a content.</summary>
    public async Task<IDisposable> LockAsync(string hash, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Locks);
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(Locks, $"{hash}.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (!cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(200, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Gives a content its name in a snapshot: a relative link, or where there are none a copy.</summary>
    public void Name(string commit, string file, string hash)
    {
        string link = Path.Combine([Snapshot(commit), .. file.Split('/')]);
        string folder = Path.GetDirectoryName(link)!;
        Directory.CreateDirectory(folder);
        if (File.Exists(link)) return;
        File.Delete(link); // a link that leads nowhere
        try
        {
            File.CreateSymbolicLink(link, Path.GetRelativePath(folder, Blob(hash)));
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException or PlatformNotSupportedException)
        {
            File.Copy(Blob(hash), link, overwrite: true);
        }
    }
}
