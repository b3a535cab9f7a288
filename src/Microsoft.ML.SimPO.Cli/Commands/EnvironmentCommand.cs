using System.CommandLine;

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
            AlignmentEnvironment found = new MLContext().Alignment.Environment();
            await JsonOption.WriteLineAsync(output, parsed.GetValue(json), $"{found}", found);
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
}
