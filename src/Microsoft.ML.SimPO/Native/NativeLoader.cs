using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Microsoft.ML.SimPO.Native;

/// <summary>
/// Lets TorchSharp's native library load where the C++ run time is older than the one it was linked with (Debian 12, Ubuntu 22.04).
/// It is asked only after .NET's own search has failed, so it does nothing where the original loads, and nothing on Windows and macOS.
/// </summary>
internal static class NativeLoader
{
    private const string LibraryName = "LibTorchSharp";

    /// <summary>libtorch in the order in which each needs the one before; TorchSharp's library needs them all.</summary>
    private static readonly string[] Dependencies = ["libgomp-98b21ff3.so.1", "libc10.so", "libtorch_cpu.so", "libtorch.so"];

    private static readonly Lock Gate = new();
    private static nint _handle;
    private static string? _failure;

    /// <summary>What the last attempt looked for and why it was refused; null where it was not needed or worked.</summary>
    public static string? Failure => _failure;

#pragma warning disable CA2255 // The event must be in place before the first use of TorchSharp, wherever in the program that is.
    [ModuleInitializer]
    internal static void Register()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64) return;
        AssemblyLoadContext own = AssemblyLoadContext.GetLoadContext(typeof(NativeLoader).Assembly) ?? AssemblyLoadContext.Default;
        own.ResolvingUnmanagedDll += Resolve;
        if (own != AssemblyLoadContext.Default) AssemblyLoadContext.Default.ResolvingUnmanagedDll += Resolve;
    }
#pragma warning restore CA2255

    private static nint Resolve(Assembly assembly, string name)
    {
        if (name != LibraryName) return 0;
        lock (Gate)
        {
            if (_handle == 0 && _failure is null) _failure = TryLoad(assembly);
            return _handle;
        }
    }

    private static string? TryLoad(Assembly assembly)
    {
        string[] folders = [.. SearchFolders(assembly)];
        string? torchSharp = Find(folders, "libLibTorchSharp.so");
        if (torchSharp is null) return Missing("libLibTorchSharp.so, of the package TorchSharp", folders);
        string? torch = Find(folders, "libtorch_cpu.so");
        if (torch is null) return Missing("libtorch_cpu.so, of the package TorchSharp-cpu or libtorch-cpu-linux-x64", folders);
        try
        {
            string torchFolder = Path.GetDirectoryName(torch)!;
            foreach (string dependency in Dependencies.Select(d => Path.Combine(torchFolder, d)).Where(File.Exists))
                NativeLibrary.Load(dependency);
            _handle = NativeLibrary.Load(RelaxedLibrary.CopyOf(torchSharp));
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return $"'{torchSharp}' does not load on this system: {e.Message}";
        }
    }

    private static IEnumerable<string> SearchFolders(Assembly assembly)
    {
        string search = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        string Folder(System.Reflection.Assembly of) => Path.GetDirectoryName(of.Location) ?? "";
        string[] bases = [AppContext.BaseDirectory, Folder(assembly), Folder(typeof(NativeLoader).Assembly)];
        return search.Split(Path.PathSeparator)
            .Concat(bases)
            .Concat(bases.Select(b => Path.Combine(b, "runtimes", "linux-x64", "native")))
            .Concat(bases.Where(b => b.Length > 0).SelectMany(b => NuGetLayout.Folders(b, NuGetLayout.LibTorchOf(assembly))))
            .Where(f => f.Length > 0)
            .Select(f => Path.GetFullPath(f).TrimEnd(Path.DirectorySeparatorChar))
            .Distinct(StringComparer.Ordinal);
    }

    private static string? Find(IEnumerable<string> folders, string file) =>
        folders.Select(f => Path.Combine(f, file)).FirstOrDefault(File.Exists);

    private static string Missing(string what, IEnumerable<string> folders) =>
        $"{what}, was not found. Add that package to the application. Looked in: {string.Join(", ", folders)}.";
}
