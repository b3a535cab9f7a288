using System.Runtime.CompilerServices;
using Microsoft.ML.SimPO.Native;

namespace Microsoft.ML.SimPO;

/// <summary>Tests use TorchSharp before they use the library; its loader must be in place by then.</summary>
internal static class TestAssembly
{
#pragma warning disable CA2255
    [ModuleInitializer]
    internal static void Initialize() => RuntimeHelpers.RunModuleConstructor(typeof(NativeLoader).Module.ModuleHandle);
#pragma warning restore CA2255
}
