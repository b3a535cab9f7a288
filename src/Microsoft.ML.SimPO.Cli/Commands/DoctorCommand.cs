using System.CommandLine;
using System.Globalization;

namespace SimPO.Cli.Commands;

/// <summary><c>simpo doctor</c></summary>
internal static class DoctorCommand
{
    public static Command Make(TextWriter output)
    {
        var run = new Argument<string>("run") { Description = "The folder of a run, or a log: trainer_state.json, its log_history, JSON lines." };
        var beta = new Option<double?>("--beta") { Description = "SimPO's beta, for a log that does not tell it.", HelpName = "B" };
        var ratio = new Option<double?>("--gamma-beta-ratio") { Description = "gamma over beta, likewise.", HelpName = "R" };
        var limits = new Option<string[]>("--limit")
        {
            Description = "NAME=VALUE: another threshold, as CollapseWarning=0.5. May be repeated.", HelpName = "NAME=VALUE",
        };
        Option<bool> json = JsonOption.Make("The findings as JSON.");
        var command = new Command("doctor", "Says what went wrong in a run, why, and what to do. Exit code 3 for an error. Example: simpo doctor ./run")
        {
            run, beta, ratio, limits, json,
        };
        command.SetAction(async (parsed, _) =>
        {
            DiagnosisLimits options = Limits(parsed.GetValue(limits) ?? []) with { Beta = parsed.GetValue(beta), GammaBetaRatio = parsed.GetValue(ratio) };
            RunCheck check = new MLContext().Alignment.Diagnose(parsed.GetValue(run)!, options);
            await output.WriteLineAsync(parsed.GetValue(json) ? check.ToJson() : check.ToString().TrimEnd());
            return Code(check);
        });
        return command;
    }

    public static int Code(RunCheck check) => check.Findings.Any(f => f.Severity == FindingSeverity.Error) ? ExitCode.Found : ExitCode.Ok;

    private static DiagnosisLimits Limits(string[] texts)
    {
        var options = new DiagnosisLimits();
        foreach ((string name, string text) in RecipeArguments.Pairs(texts, "--limit"))
        {
            if (typeof(DiagnosisLimits).GetProperty(name) is not { } property)
            {
                string all = string.Join(", ", typeof(DiagnosisLimits).GetProperties().Select(p => p.Name));
                throw new ArgumentException($"`--limit {name}` is no threshold. Use one of {all}.");
            }
            Type type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
                throw new ArgumentException($"`--limit {name}` must be a number, but was '{text}'.");
            property.SetValue(options, Convert.ChangeType(number, type, CultureInfo.InvariantCulture));
        }
        return options;
    }
}
