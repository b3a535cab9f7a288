using System.Reflection;

namespace Microsoft.ML.SimPO.Native;

/// <summary>
/// Where native libraries lie when assemblies are loaded straight from NuGet's folder of packages, as notebooks and scripts do:
/// <c>PACKAGES/torchsharp/0.107.0/lib/net8.0/TorchSharp.dll</c> beside <c>PACKAGES/libtorch-cpu-linux-x64/2.10.0/runtimes/linux-x64/native</c>.
/// </summary>
internal static class NuGetLayout
{
    private const string LibTorchPackage = "libtorch-cpu-linux-x64";

    private static readonly string Natives = Path.Combine("runtimes", "linux-x64", "native");

    /// <summary>The version of libtorch that TorchSharp was built with, as its assembly says; null where it does not.</summary>
    public static Version? LibTorchOf(Assembly torchSharp) =>
        torchSharp.GetType("TorchSharp.torch")?.GetField("libtorchPackageVersion", BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Static)
            ?.GetRawConstantValue() is string text && Version.TryParse(text, out Version? version) ? version : null;

    /// <summary>The folders of a package's own native libraries, and of libtorch.</summary>
    /// <param name="assemblyFolder">Where an assembly was loaded from; anything but a folder of a package has none.</param>
    /// <param name="libTorch">The version that is wanted, before all others; null takes the newest.</param>
    public static IEnumerable<string> Folders(string assemblyFolder, Version? libTorch)
    {
        assemblyFolder = Path.TrimEndingDirectorySeparator(assemblyFolder);
        if (Directory.GetParent(assemblyFolder) is not { Name: "lib", Parent: { Parent.Parent: { } packages } package }) yield break;
        yield return Path.Combine(package.FullName, Natives);
        string all = Path.Combine(packages.FullName, LibTorchPackage);
        if (!Directory.Exists(all)) yield break;
        foreach (string version in Directory.EnumerateDirectories(all).OrderByDescending(v => Rank(Path.GetFileName(v), libTorch)))
            yield return Path.Combine(version, Natives);
    }

    /// <summary>The wanted one first, then from the newest on.</summary>
    private static (bool, Version) Rank(string name, Version? wanted)
    {
        if (!Version.TryParse(name, out Version? version)) return (false, new Version());
        return (wanted is not null && version.ToString(2) == wanted.ToString(2) && version.Build == wanted.Build, version);
    }
}
