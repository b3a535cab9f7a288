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
        Option<bool> models = new("--models") { Description = "The families of models that can be tuned, in place of versions." };
        var command = new Command("env", "Versions and machine, for a report of a fault.") { json, models };
        command.SetAction(async (parsed, _) =>
        {
            if (parsed.GetValue(models))
            {
                await WriteModelsAsync(output, parsed.GetValue(json));
                return ExitCode.Ok;
            }
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

    private static Task WriteModelsAsync(TextWriter output, bool json)
    {
        IReadOnlyList<SupportedModel> all = new MLContext().Alignment.SupportedModels();
        return JsonOption.WriteLineAsync(
            output, json, string.Join(Environment.NewLine, all.Select(m => $"{m.ModelType,-20}{m.Name,-24}{m.Layers}")),
            all.Select(m => new { m.ModelType, m.Name, m.Layers }));
    }

    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? $"{assembly.GetName().Version}";
}
