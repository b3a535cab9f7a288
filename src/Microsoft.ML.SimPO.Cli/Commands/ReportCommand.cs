using System.CommandLine;

namespace SimPO.Cli.Commands;

/// <summary><c>simpo report</c></summary>
internal static class ReportCommand
{
    public static Command Make(TextWriter output)
    {
        var runs = new Argument<string[]>("runs") { Description = "Folders of runs; several are shown beside each other.", Arity = ArgumentArity.OneOrMore };
        var file = new Option<string?>("--output")
        {
            Description = "The file: a page, a model card (.md) or numbers (.json). Default report.html.", HelpName = "FILE",
        };
        Option<bool> json = JsonOption.Make("The numbers to standard output; no file is written.");
        var command = new Command("report", "Writes a page about runs that needs no network. Example: simpo report ./run --output report.html")
        {
            runs, file, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            AlignmentReport report = new MLContext().Alignment.Report(parsed.GetValue(runs)!);
            if (parsed.GetValue(json))
            {
                await output.WriteLineAsync(report.ToJson());
                return ExitCode.Ok;
            }
            string path = parsed.GetValue(file) ?? "report.html";
            switch (Path.GetExtension(path).ToLowerInvariant())
            {
                case ".md": await File.WriteAllTextAsync(path, report.ToMarkdown(), cancellation); break;
                case ".json": await File.WriteAllTextAsync(path, report.ToJson(), cancellation); break;
                default: report.SaveHtml(path); break;
            }
            await output.WriteLineAsync($"written to {path}");
            return ExitCode.Ok;
        });
        return command;
    }
}
