using System.CommandLine;
using System.Globalization;

namespace SimPO.Cli.Commands;

/// <summary><c>simpo pull</c></summary>
internal static class PullCommand
{
    public static Command Make(TextWriter output, TextWriter error)
    {
        var id = new Argument<string>("id") { Description = "The name of a model or a data set on the hub." };
        var dataset = new Option<bool>("--dataset") { Description = "It is a data set." };
        var revision = new Option<string>("--revision") { Description = "A branch, a tag or a commit.", HelpName = "REV", DefaultValueFactory = _ => "main" };
        Option<bool> json = JsonOption.Make("The folder as JSON.");
        var command = new Command("pull", "Downloads from a hub into the cache where recipes look. It goes on where it was cut. Example: simpo pull org/model")
        {
            id, dataset, revision, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            string folder = await AlignmentRecipes.DownloadAsync(
                parsed.GetValue(id)!,
                new HubDownloadOptions { IsDataset = parsed.GetValue(dataset), Revision = parsed.GetValue(revision)!, Progress = new Files(error) },
                cancellation);
            await JsonOption.WriteLineAsync(output, parsed.GetValue(json), folder, new { folder });
            return ExitCode.Ok;
        });
        return command;
    }

    private sealed class Files(TextWriter error) : IProgress<(string File, long Bytes)>
    {
        public void Report((string File, long Bytes) value) =>
            error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{value.File}  {value.Bytes:N0} bytes"));
    }
}
