using TorchSharp;

namespace Microsoft.ML.SimPO.Native;

/// <summary>The door to libtorch: what uses it calls <see cref="EnsureLoaded"/> first, so that a missing or unfit library is one clear error.</summary>
internal static class TorchRuntime
{
    private static readonly Lazy<Exception?> Loaded = new(Load);

    /// <exception cref="DllNotFoundException">libtorch or TorchSharp's native library could not be loaded.</exception>
    public static void EnsureLoaded()
    {
        if (Loaded.Value is { } failure) throw new DllNotFoundException(Explain(failure), failure);
    }

    private static Exception? Load()
    {
        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
            return null;
        }
        catch (Exception e) when (e is TypeInitializationException or NotSupportedException or DllNotFoundException or BadImageFormatException)
        {
            return e;
        }
    }

    private static string Explain(Exception failure) =>
        "libtorch could not be loaded. " + (NativeLoader.Failure
            ?? $"Add the package TorchSharp-cpu (or one of TorchSharp-cuda-*) to the application. {(failure.InnerException ?? failure).Message}");
}
