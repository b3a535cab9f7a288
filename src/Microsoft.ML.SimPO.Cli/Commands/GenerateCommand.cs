using System.CommandLine;
using System.Text.Json;

namespace SimPO.Cli.Commands;

/// <summary><c>simpo generate</c></summary>
internal static class GenerateCommand
{
    public static Command Make(TextWriter output)
    {
        var model = new Argument<string>("model") { Description = "The folder of a model, or of a LoRA adapter." };
        var prompt = new Option<string[]>("--prompt") { Description = "A prompt. May be repeated.", HelpName = "TEXT" };
        var file = new Option<FileInfo?>("--file") { Description = "A file with a prompt a line.", HelpName = "FILE" };
        var generation = new GenerationArguments();
        var command = new Command("generate", "Answers prompts, one JSON object a line. Example: simpo generate ./model --prompt \"How are you?\"") { model,
            prompt, file };
        generation.AddTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            List<string> prompts = [.. parsed.GetValue(prompt) ?? []];
            if (parsed.GetValue(file) is { } lines) prompts.AddRange(File.ReadLines(lines.FullName).Where(l => l.Length > 0));
            if (prompts.Count == 0) throw new ArgumentException("There is no prompt. Give `--prompt TEXT` or `--file FILE`.");
            using AlignmentTransformer loaded = new MLContext().Alignment.LoadModel(parsed.GetValue(model)!);
            GenerationOptions options = generation.Options(loaded, parsed);
            foreach ((string text, string answer) in prompts.Zip(loaded.Generate(prompts, options, cancellation)))
                await output.WriteLineAsync(JsonSerializer.Serialize(new { prompt = text, answer }));
            return ExitCode.Ok;
        });
        return command;
    }
}
