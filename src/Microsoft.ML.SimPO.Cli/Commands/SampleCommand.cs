using System.CommandLine;

namespace SimPO.Cli.Commands;

/// <summary><c>simpo sample</c></summary>
internal static class SampleCommand
{
    public static Command Make(TextWriter output)
    {
        Argument<string> model = ScoringArguments.ModelArgument();
        var data = new Argument<string>("data")
        {
            Description = "Preference data, or a JSON Lines file with a prompt each, of which the prompts are answered.",
        };
        var folder = new Option<string>("--output") { Description = "The folder of the answers; begun again it goes on.", HelpName = "DIR", Required = true };
        var seeds = new Option<int[]>("--seed") { Description = "A seed; one answer for each. May be repeated. Default: 13 21 42 79 100.", HelpName = "N" };
        var temperature = new Option<float?>("--temperature") { Description = "Default 0.8.", HelpName = "T" };
        var topP = new Option<float?>("--top-p") { Description = "Default 0.95.", HelpName = "P" };
        var tokens = new Option<int?>("--max-new-tokens") { Description = "The most tokens of an answer. Default 4096.", HelpName = "N" };
        var prompts = new Option<int?>("--max-prompts") { Description = "So many prompts, the first. Default all.", HelpName = "N" };
        Option<bool> json = JsonOption.Make("The counts, as JSON.");
        var command = new Command("sample", "Samples answers to prompts, as files of the reference's layout. Example: simpo sample ./model prompts.jsonl "
            + "--output ./answers") { model, data, folder, seeds, temperature, topP, tokens, prompts, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var context = new MLContext();
            using AlignmentTransformer loaded = context.Alignment.LoadModel(parsed.GetValue(model)!);
            var options = new SamplingOptions { MaxPrompts = parsed.GetValue(prompts) };
            if (parsed.GetValue(seeds) is { Length: > 0 } given) options.Seeds = given;
            options.Generation = new GenerationOptions
            {
                Sample = true, Temperature = parsed.GetValue(temperature) ?? 0.8f, TopP = parsed.GetValue(topP) ?? 0.95f,
                MaxNewTokens = parsed.GetValue(tokens) ?? 4096,
            };
            IDataView rows = PromptFile.Load(context, parsed.GetValue(data)!);
            SampledAnswers sampled = context.Alignment.Sample(rows, loaded, parsed.GetValue(folder)!, options, cancellation);
            await JsonOption.WriteLineAsync(output, parsed.GetValue(json), sampled.ToString(), new
            {
                prompts = sampled.Prompts.Count, known = sampled.Known, same_answers = sampled.SameAnswers, folder = parsed.GetValue(folder),
            });
            return ExitCode.Ok;
        });
        return command;
    }
}
