using System.CommandLine;

namespace SimPO.Cli.Commands;

/// <summary>What every command that reads a recipe takes.</summary>
internal sealed class RecipeArguments
{
    public Argument<FileInfo> Recipe { get; } = new("recipe") { Description = "A .yaml file of settings." };

    public Option<string[]> Map { get; } = new("--map")
    {
        Description = "ID=PATH: where a model or data set lies that the recipe has by name. May be repeated.", HelpName = "ID=PATH",
    };

    public Option<string[]> Set { get; } = new("--set")
    {
        Description = "KEY=VALUE: takes the place of a setting of the recipe. May be repeated.", HelpName = "KEY=VALUE",
    };

    public Option<string?> Accelerate { get; } = new("--config_file", "--accelerate")
    {
        Description = "A file of accelerate, whose processes are a factor of the batch.", HelpName = "FILE",
    };

    public Command AddTo(Command command)
    {
        command.Arguments.Add(Recipe);
        foreach (Option option in new Option[] { Map, Set, Accelerate }) command.Options.Add(option);
        return command;
    }

    public AlignmentRecipe Load(MLContext context, ParseResult parsed) => context.Alignment.Recipes.Load(PathOf(parsed), Options(parsed));

    public string PathOf(ParseResult parsed) => parsed.GetValue(Recipe)!.FullName;

    public RecipeOptions Options(ParseResult parsed) => new()
    {
        Map = Pairs(parsed.GetValue(Map), "--map"),
        Overrides = Pairs(parsed.GetValue(Set), "--set"),
        AcceleratePath = parsed.GetValue(Accelerate),
    };

    public static Dictionary<string, string> Pairs(string[]? texts, string option)
    {
        Dictionary<string, string> pairs = [];
        foreach (string text in texts ?? [])
        {
            int at = text.IndexOf('=', StringComparison.Ordinal);
            if (at < 1) throw new ArgumentException($"`{option} {text}` must be a name, an equals sign and a value.");
            pairs[text[..at]] = text[(at + 1)..];
        }
        return pairs;
    }
}
