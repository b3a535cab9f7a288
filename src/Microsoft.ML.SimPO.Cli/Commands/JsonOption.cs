using System.CommandLine;
using System.Text.Json;

namespace SimPO.Cli.Commands;

/// <summary><c>--json</c>, which every command has.</summary>
internal static class JsonOption
{
    /// <param name="description">What is printed with it.</param>
    public static Option<bool> Make(string description) => new("--json") { Description = description };

    /// <summary>Writes a line of text, or an object in its place.</summary>
    public static Task WriteLineAsync(TextWriter output, bool asJson, string text, object value) =>
        output.WriteLineAsync(asJson ? JsonSerializer.Serialize(value) : text);
}
