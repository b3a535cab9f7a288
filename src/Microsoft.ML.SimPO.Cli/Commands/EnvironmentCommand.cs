using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;

namespace SimPO.Cli.Commands;

/// <summary><c>simpo env</c></summary>
internal static class EnvironmentCommand
{
    public static Command Make(TextWriter output)
    {
        Option<bool> json = JsonOption.Make("The same as JSON.");
        var command = new Command("env", "Versions and machine, for a report of a fault.") { json };
        command.SetAction(async (parsed, _) =>
        {
            (string Name, string Value)[] lines =
            [
                ("Microsoft.ML.SimPO", VersionOf(typeof(AlignmentCatalog).Assembly)),
                ("Microsoft.ML", VersionOf(typeof(MLContext).Assembly)),
                (".NET", $"{Environment.Version}"),
                ("system", $"{RuntimeInformation.OSDescription} {RuntimeInformation.ProcessArchitecture}"),
                ("processors", $"{Environment.ProcessorCount}"),
            ];
            await JsonOption.WriteLineAsync(
                output, parsed.GetValue(json), string.Join(Environment.NewLine, lines.Select(l => $"{l.Name,-20}{l.Value}")),
                lines.ToDictionary(l => l.Name, l => l.Value));
            return ExitCode.Ok;
        });
        return command;
    }

    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? $"{assembly.GetName().Version}";
}
