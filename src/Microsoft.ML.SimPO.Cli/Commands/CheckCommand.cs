using System.CommandLine;

namespace SimPO.Cli.Commands;

/// <summary><c>simpo check</c></summary>
internal static class CheckCommand
{
    public static Command Make(TextWriter output)
    {
        var data = new Argument<string>("data") { Description = "A file or folder of preference pairs." };
        var model = new Option<string?>("--model") { Description = "A model's folder: pairs are looked at as it would see them.", HelpName = "DIR" };
        var test = new Option<string?>("--test") { Description = "Test data, whose prompts must not be among the pairs.", HelpName = "FILE" };
        var maxLength = new Option<int?>("--max-length") { Description = "The most tokens of prompt and answer.", HelpName = "N" };
        var show = new Option<int>("--show") { Description = "Also show the first N rows as the model gets them. Needs --model.", HelpName = "N" };
        Option<bool> json = JsonOption.Make("The findings as JSON.");
        var command = new Command("check", "Looks for what goes wrong in silence. Example: simpo check pairs.jsonl --model ./model")
        {
            data, model, test, maxLength, show, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var context = new MLContext();
            var options = new DataCheckOptions();
            if (parsed.GetValue(maxLength) is { } length) options.MaxLength = length;
            DataCheck check = context.Alignment.Check(parsed.GetValue(data)!, parsed.GetValue(model), parsed.GetValue(test), options, cancellation);
            await output.WriteLineAsync(parsed.GetValue(json) ? check.ToJson() : check.ToString());
            if (parsed.GetValue(show) > 0)
            {
                string folder = parsed.GetValue(model) ?? throw new ArgumentException("`--show` needs `--model`, whose tokenizer and template it shows.");
                await output.WriteLineAsync(context.Alignment.Preview(parsed.GetValue(data)!, folder, parsed.GetValue(show)).ToString());
            }
            return check.Findings.Any(f => f.Severity == FindingSeverity.Error) ? ExitCode.Found : ExitCode.Ok;
        });
        return command;
    }
}
