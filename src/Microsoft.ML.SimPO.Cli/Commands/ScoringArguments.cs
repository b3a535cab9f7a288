using System.CommandLine;

namespace SimPO.Cli.Commands;

/// <summary>What every command takes that scores pairs with a model.</summary>
internal sealed class ScoringArguments
{
    public Argument<string> Model { get; } = ModelArgument();

    public Argument<string> Data { get; } = new("data") { Description = "A file or folder of preference pairs." };

    public Option<float> Beta { get; } = new("--beta") { Description = "The scale of rewards.", DefaultValueFactory = _ => 2, HelpName = "BETA" };

    public Option<int> MaxLength { get; } = new("--max-length")
    {
        Description = "The most tokens of prompt and answer.", DefaultValueFactory = _ => 2048, HelpName = "N",
    };

    public Option<string?> Split { get; } = new("--split") { Description = "The split of a folder, such as test.", HelpName = "NAME" };

    public static Argument<string> ModelArgument() => new("model") { Description = "The folder of a model, or of a LoRA adapter." };

    public Command AddTo(Command command)
    {
        command.Arguments.Add(Model);
        command.Arguments.Add(Data);
        foreach (Option option in new Option[] { Beta, MaxLength, Split }) command.Options.Add(option);
        return command;
    }

    public AlignmentTransformer LoadModel(MLContext context, ParseResult parsed) => context.Alignment.LoadModel(
        parsed.GetValue(Model)!, new ScoringOptions { Beta = parsed.GetValue(Beta), MaxLength = parsed.GetValue(MaxLength) });

    public IDataView LoadPairs(MLContext context, ParseResult parsed) =>
        context.Alignment.LoadPreferences(parsed.GetValue(Data)!, new PreferenceLoadOptions { Split = parsed.GetValue(Split) });
}
