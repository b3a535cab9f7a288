using System.Security.Cryptography;

namespace Microsoft.ML.SimPO.Native;

/// <summary>A private copy of a native library that asks for a newer C++ run time than it uses, with that request made weak.</summary>
internal static class RelaxedLibrary
{
    /// <summary>
    /// The version of libstdc++ that TorchSharp's library names. No relocation uses a symbol of it (it marks inlined C++20 code),
    /// so the dynamic linker's refusal is the only thing in the way.
    /// </summary>
    public const string Version = "GLIBCXX_3.4.32";

    /// <summary>The path of the copy, made if it is not in the cache yet. Safe when several processes start at once.</summary>
    /// <exception cref="InvalidDataException">The library does not ask for <see cref="Version"/>, so something else keeps it from loading.</exception>
    public static string CopyOf(string original)
    {
        byte[] bytes = File.ReadAllBytes(original);
        string folder = Path.Combine(CacheFolder(), Convert.ToHexStringLower(SHA256.HashData(bytes))[..32]);
        string copy = Path.Combine(folder, Path.GetFileName(original));
        if (!ElfVersionNeeds.MakeWeak(bytes, Version))
            throw new InvalidDataException($"it does not ask for {Version}, so its C++ run time is not what is missing.");
        // A copy that an interrupted process or another user left behind is not trusted by its name alone.
        if (File.Exists(copy) && File.ReadAllBytes(copy).AsSpan().SequenceEqual(bytes)) return copy;
        Directory.CreateDirectory(folder);
        string temporary = Path.Combine(folder, Path.GetRandomFileName());
        try
        {
            using (FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                stream.Write(bytes);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, copy, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
        return copy;
    }

    /// <summary>Per user; falls back to a folder of the temporary files where the user has no writable home.</summary>
    private static string CacheFolder()
    {
        string data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        string preferred = Path.Combine(data, "Microsoft.ML.SimPO", "native");
        try
        {
            if (data.Length > 0)
            {
                Directory.CreateDirectory(preferred);
                return preferred;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Read-only or missing home: containers and services have none.
        }
        return Path.Combine(Path.GetTempPath(), $"Microsoft.ML.SimPO-{Environment.UserName}");
    }
}
