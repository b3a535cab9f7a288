using Microsoft.ML.Runtime;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO;

/// <summary>Where an <see cref="MLContext"/> wants to compute: <see cref="MLContext.GpuDeviceId"/>, and the CPU where there is none.</summary>
internal static class ComputeDevice
{
    /// <exception cref="InvalidOperationException">A GPU is asked for that is not there, and falling back is not allowed.</exception>
    public static Device Of(IHostEnvironment environment)
    {
        Native.TorchRuntime.EnsureLoaded();
        var host = (IHostEnvironmentInternal)environment;
        if (host.GpuDeviceId is not { } gpu) return CPU;
        if (cuda_is_available() && gpu < cuda.device_count()) return new Device(TorchSharp.DeviceType.CUDA, gpu);
        if (host.FallbackToCpu)
        {
            using IChannel channel = environment.RegisterOwn("ComputeDevice").Start("Device");
            channel.Warning(FormattableString.Invariant(
                $"`GpuDeviceId` is {gpu}, but libtorch sees no such CUDA device: the work is done on the CPU, as `FallbackToCpu` allows. ")
                + "Add a package TorchSharp-cuda-* to the application to use the GPU.");
            return CPU;
        }
        throw new InvalidOperationException(FormattableString.Invariant(
            $"`GpuDeviceId` is {gpu}, but libtorch sees no such CUDA device. Add a package TorchSharp-cuda-* to the application, or set `FallbackToCpu`."));
    }
}
