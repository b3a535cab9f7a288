using System.CommandLine;

namespace SimPO.Cli.Commands;

/// <summary><c>simpo iterate</c></summary>
internal static class IterateCommand
{
    public static Command Make(TextWriter output)
    {
        var recipe = new RecipeArguments();
        Command command = recipe.AddTo(new Command("iterate", "Rounds of sampling, scoring, tuning and judging. Example: simpo iterate recipe.yaml --rounds 3 "
            + "--reward-model ./reward --output ./rounds"));
        var rounds = new Option<int>("--rounds") { Description = "The most rounds.", HelpName = "N", DefaultValueFactory = _ => 3 };
        var reward = new Option<string>("--reward-model") { Description = "The model whose rewards are the scores.", HelpName = "DIR", Required = true };
        var folder = new Option<string>("--output") { Description = "The folder of the rounds; begun again it goes on.", HelpName = "DIR", Required = true };
        var prompts = new Option<string?>("--prompts") { Description = "Where prompts come from; else from the recipe's data.", HelpName = "FILE" };
        var samples = new Option<int>("--samples") { Description = "Answers to each prompt.", HelpName = "N", DefaultValueFactory = _ => 5 };
        var tokens = new Option<int>("--max-new-tokens") { Description = "The most tokens of an answer.", HelpName = "N", DefaultValueFactory = _ => 1024 };
        Option<bool> json = JsonOption.Make("The result as JSON.");
        foreach (Option option in new Option[] { rounds, reward, folder, prompts, samples, tokens, json }) command.Options.Add(option);
        command.SetAction(async (parsed, cancellation) =>
        {
            var context = new MLContext();
            AlignmentRecipe loaded = recipe.Load(context, parsed);
            using AlignmentTransformer rater = context.Alignment.LoadModel(parsed.GetValue(reward)!);
            IDataView asked = parsed.GetValue(prompts) is { } file ? PromptFile.Load(context, file) : loaded.LoadTrainingData();
            int most = parsed.GetValue(tokens);
            var options = new IterationOptions
            {
                Rounds = parsed.GetValue(rounds), MaxNewTokens = most, HeldOut = parsed.GetValue(prompts) is null ? loaded.LoadValidationData() : null,
                Pairs = new PairMakingOptions
                {
                    Samples = parsed.GetValue(samples),
                    Generation = new GenerationOptions { Sample = true, Temperature = 0.8f, TopP = 0.95f, MaxNewTokens = most },
                },
            };
            IterationResult result = context.Alignment.Iterate(loaded.Options, asked, rater, parsed.GetValue(folder)!, options, cancellation);
            await JsonOption.WriteLineAsync(output, parsed.GetValue(json), result.ToString(), new
            {
                start = result.StartVerdict,
                rounds = result.Rounds.Select(r => new { round = r.Round, pairs = r.Pairs, mean_score = r.MeanScore, verdict = r.Verdict }),
                best = result.Best?.Round,
                model = result.ModelPath,
            });
            return ExitCode.Ok;
        });
        return command;
    }
}
