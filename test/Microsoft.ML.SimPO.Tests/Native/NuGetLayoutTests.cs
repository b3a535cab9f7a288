using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Native;

public sealed class NuGetLayoutTests : IDisposable
{
    private readonly TempFolder _packages = new();

    public void Dispose() => _packages.Dispose();

    [Fact]
    public void Libraries_of_the_package_come_first_then_the_libtorch_that_is_wanted_then_the_newest()
    {
        foreach (string version in new[] { "2.9.1", "2.10.0", "2.11.0", "odd" }) Directory.CreateDirectory(_packages.File("libtorch-cpu-linux-x64", version));
        string lib = _packages.File("torchsharp", "0.107.0", "lib", "net8.0");
        Directory.CreateDirectory(lib);
        string[] expected =
        [
            _packages.File("torchsharp", "0.107.0", "runtimes", "linux-x64", "native"),
            .. new[] { "2.10.0", "2.11.0", "2.9.1", "odd" }.Select(v => _packages.File("libtorch-cpu-linux-x64", v, "runtimes", "linux-x64", "native")),
        ];
        Assert.Equal(expected, NuGetLayout.Folders(lib, new Version(2, 10, 0, 0)));
        Assert.Equal(expected, NuGetLayout.Folders(lib + Path.DirectorySeparatorChar, new Version(2, 10, 0, 0)));
    }

    [Fact]
    public void An_applications_folder_is_none()
    {
        Assert.Empty(NuGetLayout.Folders(AppContext.BaseDirectory, null));
        Assert.Empty(NuGetLayout.Folders(Path.GetPathRoot(AppContext.BaseDirectory)!, null));
    }

    [Fact]
    public void TorchSharp_says_which_libtorch_it_wants() =>
        Assert.Equal(new Version(2, 10, 0, 0), NuGetLayout.LibTorchOf(typeof(TorchSharp.torch).Assembly));
}
