using System.CommandLine;

namespace SimPO.Cli.Commands;

/// <summary>How answers are written, where it is to be otherwise than the model suggests.</summary>
internal sealed class GenerationArguments
{
    private readonly Option<int?> _maxTokens = new("--max-new-tokens") { Description = "The most tokens of an answer.", HelpName = "N" };

    private readonly Option<float?> _temperature = new("--temperature") { Description = "Above 0 samples; 0 takes the most probable token.", HelpName = "T" };

    private readonly Option<int?> _seed = new("--seed") { Description = "Where random numbers begin.", HelpName = "N" };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _maxTokens, _temperature, _seed }) command.Options.Add(option);
    }

    public GenerationOptions Options(AlignmentTransformer model, ParseResult parsed)
    {
        GenerationOptions options = model.SuggestedGeneration;
        if (parsed.GetValue(_maxTokens) is { } tokens) options = options with { MaxNewTokens = tokens };
        if (parsed.GetValue(_temperature) is { } temperature)
            options = temperature == 0 ? options with { Sample = false } : options with { Sample = true, Temperature = temperature };
        if (parsed.GetValue(_seed) is { } seed) options = options with { Seed = seed };
        return options;
    }
}
