using System.CommandLine;
using System.Text;
using Microsoft.Extensions.AI;

namespace SimPO.Cli.Commands;

/// <summary><c>simpo chat</c></summary>
internal static class ChatCommand
{
    public static Command Make(TextWriter output)
    {
        var system = new Option<string?>("--system") { Description = "What the model is told before the first turn.", HelpName = "TEXT" };
        Option<bool> json = JsonOption.Make("Each answer as a JSON object, when it is whole.");
        var generation = new GenerationArguments();
        Command command = generation.AddTo(new Command("chat", "Talks with a model; an empty line ends. Example: simpo chat ./model") { system, json });
        command.SetAction(async (parsed, cancellation) =>
        {
            (AlignmentTransformer model, GenerationOptions options) = generation.Load(parsed);
            using AlignmentTransformer loaded = model;
            List<ChatMessage> turns = parsed.GetValue(system) is { } text ? [new ChatMessage(ChatRole.System, text)] : [];
            while (await Ask(output, parsed.GetValue(json), cancellation) is { Length: > 0 } line)
            {
                turns.Add(new ChatMessage(ChatRole.User, line));
                var answer = new StringBuilder();
                await foreach (string part in loaded.GenerateStreaming(turns, options, cancellation))
                {
                    answer.Append(part);
                    if (!parsed.GetValue(json)) await output.WriteAsync(part);
                }
                await JsonOption.WriteLineAsync(output, parsed.GetValue(json), "", new { prompt = line, answer = answer.ToString() });
                turns.Add(new ChatMessage(ChatRole.Assistant, answer.ToString()));
            }
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task<string?> Ask(TextWriter output, bool asJson, CancellationToken cancellation)
    {
        if (!Console.IsInputRedirected && !asJson) await output.WriteAsync("> ");
        return await Console.In.ReadLineAsync(cancellation);
    }
}
