namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>A folder that one process at a time may write to.</summary>
internal static class FolderLock
{
    /// <summary>
    /// Takes the folder until the result is disposed. The file stays: another process may have it open already, and would lock what nobody finds any more.
    /// </summary>
    /// <param name="name">The name of the file that is locked.</param>
    /// <param name="what">What writes to the folder, for messages.</param>
    /// <exception cref="IOException">Another has it, or the folder cannot be written.</exception>
    public static IDisposable Take(string folder, string name, string what)
    {
        string path = Path.Combine(folder, name);
        if (Leftovers.IsLink(path))
            throw new IOException($"'{path}' is a link, and the lock of a {what} is none: it would be made where that leads. Remove it.");
        if (Directory.Exists(path))
            throw new IOException($"'{path}' is a folder, where the lock of a {what} is to be. Remove it, or give another `OutputPath`.");
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new IOException($"Another {what} writes to '{folder}'. Wait for its end, or give another `OutputPath`.", e);
        }
    }
}
