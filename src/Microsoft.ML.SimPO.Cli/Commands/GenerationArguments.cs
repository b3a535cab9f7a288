using System.CommandLine;

namespace SimPO.Cli.Commands;

/// <summary>The model that writes answers, and how, where it is to be otherwise than the model suggests.</summary>
internal sealed class GenerationArguments
{
    private readonly Argument<string> _model = ScoringArguments.ModelArgument();

    private readonly Option<int?> _maxTokens = new("--max-new-tokens") { Description = "The most tokens of an answer.", HelpName = "N" };

    private readonly Option<float?> _temperature = new("--temperature") { Description = "Above 0 samples; 0 takes the most probable token.", HelpName = "T" };

    private readonly Option<int?> _seed = new("--seed") { Description = "Where random numbers begin.", HelpName = "N" };

    public Command AddTo(Command command)
    {
        command.Arguments.Add(_model);
        foreach (Option option in new Option[] { _maxTokens, _temperature, _seed }) command.Options.Add(option);
        return command;
    }

    public (AlignmentTransformer Model, GenerationOptions Options) Load(ParseResult parsed)
    {
        AlignmentTransformer model = new MLContext().Alignment.LoadModel(parsed.GetValue(_model)!);
        return (model, Options(model.SuggestedGeneration, parsed));
    }

    private GenerationOptions Options(GenerationOptions options, ParseResult parsed)
    {
        if (parsed.GetValue(_maxTokens) is { } tokens) options = options with { MaxNewTokens = tokens };
        if (parsed.GetValue(_temperature) is { } temperature)
            options = temperature == 0 ? options with { Sample = false } : options with { Sample = true, Temperature = temperature };
        if (parsed.GetValue(_seed) is { } seed) options = options with { Seed = seed };
        return options;
    }
}
