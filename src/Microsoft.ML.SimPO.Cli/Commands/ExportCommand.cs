using System.CommandLine;

namespace SimPO.Cli.Commands;

/// <summary><c>simpo export</c></summary>
internal static class ExportCommand
{
    public static Command Make(TextWriter output)
    {
        var model = new Argument<string>("model") { Description = "The folder of a model or of a LoRA adapter, or a GGUF file." };
        var target = new Argument<string>("output") { Description = "The file, which ends in .gguf; a Modelfile for Ollama is written beside it." };
        var type = new Option<GgufType>("--type")
        {
            Description = "How most weights are stored: F32, F16, BF16, Q8_0, Q4_0 or Q4_1.", HelpName = "TYPE", DefaultValueFactory = _ => GgufType.F16,
        };
        Option<bool> json = JsonOption.Make("Where it is, as JSON.");
        var command = new Command("export", "Writes a model for llama.cpp and Ollama. Example: simpo export ./tuned ./tuned.gguf --type Q8_0")
        {
            model, target, type, json,
        };
        command.SetAction(async (parsed, _) =>
        {
            string to = parsed.GetValue(target)!;
            using AlignmentTransformer loaded = new MLContext().Alignment.LoadModel(parsed.GetValue(model)!);
            loaded.SaveGguf(to, parsed.GetValue(type));
            await JsonOption.WriteLineAsync(output, parsed.GetValue(json), $"saved to {to}", new { gguf = to });
            return ExitCode.Ok;
        });
        return command;
    }
}
