using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;

namespace SimPO.Cli.Commands;

/// <summary><c>simpo env</c></summary>
internal static class EnvironmentCommand
{
    public static Command Make(TextWriter output)
    {
        var command = new Command("env", "Versions and machine, for a report of a fault.");
        command.SetAction(async (_, _) =>
        {
            await output.WriteLineAsync($"Microsoft.ML.SimPO  {VersionOf(typeof(AlignmentCatalog).Assembly)}");
            await output.WriteLineAsync($"Microsoft.ML        {VersionOf(typeof(MLContext).Assembly)}");
            await output.WriteLineAsync($".NET                {Environment.Version}");
            await output.WriteLineAsync($"system              {RuntimeInformation.OSDescription} {RuntimeInformation.ProcessArchitecture}");
            await output.WriteLineAsync($"processors          {Environment.ProcessorCount}");
            return ExitCode.Ok;
        });
        return command;
    }

    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? $"{assembly.GetName().Version}";
}
