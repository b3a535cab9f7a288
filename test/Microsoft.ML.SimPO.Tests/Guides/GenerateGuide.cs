using Microsoft.Extensions.AI;
using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>The program of docs/guides/generate.md, to the letter.</summary>
internal static class GenerateGuide
{
    public static async Task Run()
    {
        // <guide>
        var ml = new MLContext(seed: 1);
        using AlignmentTransformer model = ml.Alignment.LoadModel("model");

        string answer = model.Generate("What is the status of order 4355?");
        IReadOnlyList<string> answers = model.Generate(["What is the status of order 4355?", "Cancel order 17."]);
        string reply = model.Generate([new ChatMessage(ChatRole.User, "Cancel order 17.")]);

        var options = new GenerationOptions { Sample = true, Temperature = 0.7f, TopP = 0.9f, Seed = 1, MaxNewTokens = 64, StopStrings = ["\n\n"] };
        Console.WriteLine(model.Generate("What is the status of order 4355?", options));
        foreach (GeneratedText text in model.GenerateSamples(["Cancel order 17."], samples: 4, options)[0])
            Console.WriteLine($"{text.Finish} after {text.NewTokens} tokens: {text.Text}");

        Console.WriteLine(model.Generate("Cancel order 17.", model.SuggestedGeneration with { Seed = 7, MaxNewTokens = 64 }));

        await foreach (string piece in model.GenerateStreaming("What is the status of order 4355?", options)) Console.Write(piece);

        IDataView data = ml.Data.TakeRows(ml.Alignment.LoadPreferences("test.jsonl"), 2);
        var generator = ml.Alignment.Transforms.Generate(model, outputColumnName: "Answer", promptColumnName: "Prompt", options);
        IDataView answered = generator.Fit(data).Transform(data);
        Console.WriteLine(answered.GetColumn<string>("Answer").First());

        var making = new PairMakingOptions
        {
            MaxPrompts = 4,
            Samples = 4, // 5 by default
            Generation = new GenerationOptions { Sample = true, Temperature = 0.8f, TopP = 0.95f, MaxNewTokens = 24 },
            AnswersPath = "answers.jsonl",
        };
        MadePairs made = ml.Alignment.MakePairs(ml.Alignment.LoadPreferences("test.jsonl"), model, (prompt, answer) => -answer.Length, making);
        Console.WriteLine(made);
        ml.Alignment.SavePreferences(made.Data, "own-pairs.jsonl");

        IChatClient client = model.AsChatClient();
        ChatResponse response = await client.GetResponseAsync("Cancel order 17.", new ChatOptions { Temperature = 0, MaxOutputTokens = 64 });
        Console.WriteLine($"{response.Text} ({response.Usage!.OutputTokenCount} tokens, {response.FinishReason})");
        // </guide>
        Assert.Equal((answer, reply), (answers[0], answers[1]));
    }
}
