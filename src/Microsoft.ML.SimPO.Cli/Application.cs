using System.CommandLine;
using SimPO.Cli.Commands;

namespace SimPO.Cli;

/// <summary>The command <c>simpo</c>: a thin shell over the public API of the library.</summary>
internal static class Application
{
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        ParseResult parsed = Root(output, error).Parse(args);
        bool isSuggestion = args is [['[', ..], ..]; // a shell asks what may come next
        if (parsed.Errors.Count > 0 && !isSuggestion)
            return await TellUsage(parsed, parsed.Errors.Select(e => e.Message), error);
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        }
        catch (OperationCanceledException)
        {
            await error.WriteLineAsync("Interrupted.");
            return ExitCode.Interrupted;
        }
        catch (UsageException e)
        {
            return await TellUsage(parsed, [e.Message], error);
        }
        catch (Exception e) when (IsOfInput(e))
        {
            await error.WriteLineAsync(e.Message);
            return ExitCode.Failed;
        }
    }

    private static async Task<int> TellUsage(ParseResult parsed, IEnumerable<string> faults, TextWriter error)
    {
        foreach (string fault in faults) await error.WriteLineAsync(fault);
        await error.WriteLineAsync($"`simpo {string.Join(' ', [.. Path(parsed), "--help"])}` shows how it is used.");
        return ExitCode.Usage;
    }

    private static RootCommand Root(TextWriter output, TextWriter error) => new("Tunes language models with preference pairs, and works with the result.")
    {
        TrainCommand.Make(output, error),
        ResumeCommand.Make(output, error),
        PlanCommand.Make(output),
        CheckCommand.Make(output),
        DoctorCommand.Make(output),
        ReportCommand.Make(output),
        ScoreCommand.Make(output),
        EvaluateCommand.Make(output),
        GenerateCommand.Make(output),
        ChatCommand.Make(output),
        MergeCommand.Make(output),
        ExportCommand.Make(output),
        SampleCommand.Make(output),
        IterateCommand.Make(output),
        PullCommand.Make(output, error),
        EnvironmentCommand.Make(output),
        CompletionCommand.Make(output),
    };

    /// <summary>What is wrong with files, options and data has a message that is meant to be read; anything else is a fault of the program.</summary>
    private static bool IsOfInput(Exception e) =>
        e is IOException or InvalidDataException or ArgumentException or InvalidOperationException or NotSupportedException or UnauthorizedAccessException
            or FormatException;

    private static IEnumerable<string> Path(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? [] : [parsed.CommandResult.Command.Name];
}
