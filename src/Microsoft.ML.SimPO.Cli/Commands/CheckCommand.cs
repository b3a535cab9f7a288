using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SimPO.Cli.Commands;

/// <summary><c>simpo check</c></summary>
internal static class CheckCommand
{
    /// <summary>Rows that are shown where nobody says how many.</summary>
    private const int Shown = 3;

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Make(TextWriter output)
    {
        var data = new Argument<string>("data") { Description = "A file or folder of preference pairs." };
        var model = new Option<string?>("--model") { Description = "A model's folder: pairs are looked at as it would see them.", HelpName = "DIR" };
        var test = new Option<string?>("--test") { Description = "Test data, whose prompts must not be among the pairs.", HelpName = "FILE" };
        var maxLength = new Option<int?>("--max-length") { Description = "The most tokens of prompt and answer.", HelpName = "N" };
        var show = new Option<int?>("--show")
        {
            Description = "Also show the first N rows, 3 unless it is said, as the model gets them. Needs --model.", HelpName = "N",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<bool> json = JsonOption.Make("The findings as JSON, and with --show the rows.");
        var command = new Command("check", "Looks for what goes wrong in silence. Example: simpo check pairs.jsonl --model ./model")
        {
            data, model, test, maxLength, show, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            string? folder = parsed.GetValue(model);
            int shown = parsed.GetResult(show) is null ? 0 : parsed.GetValue(show) ?? Shown;
            if (shown > 0 && folder is null) throw new ArgumentException("`--show` needs `--model`, whose tokenizer and template it shows.");
            AlignmentCatalog alignment = new MLContext().Alignment;
            var options = new DataCheckOptions();
            if (parsed.GetValue(maxLength) is { } length) options.MaxLength = length;
            DataCheck check = alignment.Check(parsed.GetValue(data)!, folder, parsed.GetValue(test), options, cancellation);
            PreferencePreview? rows = shown == 0 ? null
                : alignment.Preview(parsed.GetValue(data)!, folder!, shown, new ScoringOptions { MaxLength = options.MaxLength });
            if (parsed.GetValue(json)) await output.WriteLineAsync(AsJson(check, rows));
            else await output.WriteLineAsync($"{check}{(rows is null ? "" : $"{Environment.NewLine}{rows}")}");
            return check.Findings.Any(f => f.Severity == FindingSeverity.Error) ? ExitCode.Found : ExitCode.Ok;
        });
        return command;
    }

    /// <summary>One document: that of the check, with the rows as `shown` where they are asked for.</summary>
    private static string AsJson(DataCheck check, PreferencePreview? rows)
    {
        if (rows is null) return check.ToJson();
        JsonObject all = JsonNode.Parse(check.ToJson())!.AsObject();
        all["shown"] = JsonNode.Parse(rows.ToJson());
        return all.ToJsonString(Json);
    }
}
