using System.Globalization;
using Microsoft.ML.SimPO;
using Microsoft.ML.SimPO.Data;
using Microsoft.ML.SimPO.Parity;

/// <summary>
/// What a child process of a test does: the runtime calls it (by this name, which must be in no namespace) where the test set DOTNET_STARTUP_HOOKS.
/// </summary>
internal static class StartupHook
{
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(HostileFiles.Variable) is { Length: > 0 }) Environment.Exit(HostileFiles.Run());
        if (Environment.GetEnvironmentVariable(GuideProgram.Variable) is { Length: > 0 } program) Environment.Exit(GuideProgram.Start(program));
        if (Environment.GetEnvironmentVariable(Publishing.Variable) is { Length: > 0 } publishing) Environment.Exit(Publishing.Run(publishing));
        if (Environment.GetEnvironmentVariable(HostProgram.Variable) is { Length: > 0 } host) Environment.Exit(HostProgram.Run(host));
        if (Environment.GetEnvironmentVariable(HostileModels.Variable) is { Length: > 0 } hostile) Environment.Exit(HostileModels.Run(hostile));
        if (Environment.GetEnvironmentVariable(HarmfulZips.Variable) is { Length: > 0 }) Environment.Exit(HarmfulZips.Run());
        if (Environment.GetEnvironmentVariable(UnbackedSizes.Variable) is { Length: > 0 }) Environment.Exit(UnbackedSizes.Run());
        if (Environment.GetEnvironmentVariable(HarmfulModels.Variable) is { Length: > 0 } harmful) Environment.Exit(HarmfulModels.Run(harmful));
        if (Environment.GetEnvironmentVariable(InvariantVectors.Variable) is { Length: > 0 }) Environment.Exit(InvariantVectors.Run());
        if (Environment.GetEnvironmentVariable(MutatedFiles.Variable) is not { Length: > 0 } arguments) return;
        long[] numbers = arguments.Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        Environment.Exit(MutatedFiles.Run((int)numbers[0], numbers[1]));
    }
}
