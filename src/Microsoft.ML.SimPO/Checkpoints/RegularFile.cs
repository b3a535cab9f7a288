using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>
/// Opens files that came from anywhere; nothing else in the library opens one for reading. A name may lead to a pipe, whose opening waits for ever, or
/// to a device that never ends; both have length 0, and what has length 0 is never opened.
/// </summary>
internal static class RegularFile
{
    /// <summary>Bytes of a file, at the end of all links.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static long Length(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists) throw new FileNotFoundException($"'{path}' does not exist.", path);
        if (file.LinkTarget is null) return file.Length;
        return ((FileInfo)file.ResolveLinkTarget(returnFinalTarget: true)!).Length;
    }

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static Stream OpenRead(string path) => Length(path) == 0 ? Stream.Null : File.OpenRead(path);

    /// <summary>Opens a file that another may be writing to.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static Stream OpenShared(string path) =>
        Length(path) == 0 ? Stream.Null : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>For reading at positions; null where there is nothing to read.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static SafeFileHandle? OpenHandle(string path, FileOptions options = FileOptions.None) =>
        Length(path) == 0 ? null : File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, options);

    /// <summary>The whole content.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It has more than <paramref name="maxLength"/> bytes; none of them is read then.</exception>
    public static byte[] ReadBytes(string path, long maxLength)
    {
        long length = Length(path);
        if (length > maxLength)
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"'{path}' has {length} bytes; at most {maxLength} are expected."));
        using Stream stream = OpenRead(path);
        var bytes = new byte[length];
        int read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return read == bytes.Length ? bytes : bytes[..read];
    }
}
