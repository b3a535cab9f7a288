namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>
/// Opens files of a folder that came from anywhere. A name in it may lead to a pipe, whose opening waits for ever, or to a device that never
/// ends; both have length 0, and what has length 0 is never opened.
/// </summary>
internal static class RegularFile
{
    /// <summary>Bytes of a file, at the end of all links.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static long Length(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists) throw new FileNotFoundException($"'{path}' does not exist.", path);
        return file.LinkTarget is null ? file.Length : ((FileInfo)file.ResolveLinkTarget(returnFinalTarget: true)!).Length;
    }

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static Stream OpenRead(string path) => Length(path) == 0 ? Stream.Null : File.OpenRead(path);
}
