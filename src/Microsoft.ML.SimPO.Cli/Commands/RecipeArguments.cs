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
        Description = "KEY=VALUE: takes the place of a setting of the recipe, as --KEY=VALUE behind it does. May be repeated.", HelpName = "KEY=VALUE",
    };

    public Option<string?> Accelerate { get; } = new("--config_file", "--accelerate")
    {
        Description = "A file of accelerate, whose processes are a factor of the batch.", HelpName = "FILE",
    };

    public Command AddTo(Command command)
    {
        command.Arguments.Add(Recipe);
        foreach (Option option in new Option[] { Map, Set, Accelerate }) command.Options.Add(option);
        command.TreatUnmatchedTokensAsErrors = false; // settings under their own names, as the reference's scripts take them
        return command;
    }

    public AlignmentRecipe Load(MLContext context, ParseResult parsed) => context.Alignment.Recipes.Load(PathOf(parsed), Options(parsed));

    public string PathOf(ParseResult parsed) => parsed.GetValue(Recipe)!.FullName;

    public RecipeOptions Options(ParseResult parsed) => new()
    {
        Map = Pairs(parsed.GetValue(Map), "--map"),
        Overrides = Overrides(parsed),
        AcceleratePath = parsed.GetValue(Accelerate),
    };

    /// <summary>Of <c>--set</c>, and of <c>--KEY=VALUE</c>, the later of which is the nearer to whoever types it.</summary>
    private Dictionary<string, string> Overrides(ParseResult parsed)
    {
        Dictionary<string, string> overrides = Pairs(parsed.GetValue(Set), "--set");
        string[] others = [.. parsed.UnmatchedTokens.Where(t => !t.StartsWith("--", StringComparison.Ordinal) || t.IndexOf('=', StringComparison.Ordinal) < 3)];
        if (others.Length > 0)
            throw new UsageException($"`{string.Join("`, `", others)}` is nothing that this command knows. A setting of the recipe is changed by --KEY=VALUE.");
        foreach ((string key, string value) in Pairs([.. parsed.UnmatchedTokens.Select(t => t[2..])], "--KEY=VALUE")) overrides[key] = value;
        return overrides;
    }

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
