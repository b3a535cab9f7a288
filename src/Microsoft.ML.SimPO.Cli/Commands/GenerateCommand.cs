using System.CommandLine;
using System.Text.Json;

namespace SimPO.Cli.Commands;

/// <summary><c>simpo generate</c></summary>
internal static class GenerateCommand
{
    public static Command Make(TextWriter output)
    {
        var prompt = new Option<string[]>("--prompt") { Description = "A prompt. May be repeated.", HelpName = "TEXT" };
        var file = new Option<FileInfo?>("--file") { Description = "A file with a prompt a line.", HelpName = "FILE" };
        var generation = new GenerationArguments();
        Command command = generation.AddTo(
            new Command("generate", "Answers prompts, one JSON object a line. Example: simpo generate ./model --prompt \"How are you?\"") { prompt, file });
        command.Options.Add(JsonOption.Make("As without it: one JSON object a line."));
        command.SetAction(async (parsed, cancellation) =>
        {
            List<string> prompts = [.. parsed.GetValue(prompt) ?? []];
            if (parsed.GetValue(file) is { } lines) prompts.AddRange(File.ReadLines(lines.FullName).Where(l => l.Length > 0));
            if (prompts.Count == 0) throw new ArgumentException("There is no prompt. Give `--prompt TEXT` or `--file FILE`.");
            (AlignmentTransformer model, GenerationOptions options) = generation.Load(parsed);
            using AlignmentTransformer loaded = model;
            foreach ((string text, string answer) in prompts.Zip(loaded.Generate(prompts, options, cancellation)))
                await output.WriteLineAsync(JsonSerializer.Serialize(new { prompt = text, answer }));
            return ExitCode.Ok;
        });
        return command;
    }
}
