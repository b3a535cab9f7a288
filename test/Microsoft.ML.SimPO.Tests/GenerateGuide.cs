using Microsoft.Extensions.AI;
using Microsoft.ML.Data;
using ChatMessage = Microsoft.ML.SimPO.Text.ChatMessage;

namespace Microsoft.ML.SimPO;

/// <summary>The programs of docs/generate.md, to the letter.</summary>
internal static class GenerateGuide
{
    public static async Task Run(MLContext ml, SimPOTransformer model, IDataView data, TextWriter Console)
    {
        // <snippet>
        string answer = model.Generate("What is the status of order 4355?");
        IReadOnlyList<string> answers = model.Generate(["What is the status of order 4355?", "Cancel order 17."]);
        string reply = model.Generate([new ChatMessage("user", "Cancel order 17.")]);
        // </snippet>
        Assert.Equal((answer, reply), (answers[0], answers[1]));

        // <snippet>
        var options = new GenerationOptions { Sample = true, Temperature = 0.7f, TopP = 0.9f, Seed = 1, MaxNewTokens = 64, StopStrings = ["\n\n"] };
        Console.WriteLine(model.Generate("What is the status of order 4355?", options));
        foreach (GeneratedText text in model.GenerateSamples(["Cancel order 17."], samples: 4, options)[0])
            Console.WriteLine($"{text.Finish} after {text.NewTokens} tokens: {text.Text}");
        // </snippet>

        // <snippet>
        Console.WriteLine(model.Generate("Cancel order 17.", model.SuggestedGeneration with { Seed = 7, MaxNewTokens = 64 }));
        // </snippet>

        // <snippet>
        await foreach (string piece in model.GenerateStreaming("What is the status of order 4355?", options)) Console.Write(piece);
        // </snippet>
        Console.WriteLine();

        // <snippet>
        var generator = ml.Alignment.Transforms.Generate(model, outputColumnName: "Answer", promptColumnName: "Prompt", options);
        IDataView answered = generator.Fit(data).Transform(data);
        Console.WriteLine(answered.GetColumn<string>("Answer").First());
        // </snippet>

        // <snippet>
        IChatClient client = model.AsChatClient();
        ChatResponse response = await client.GetResponseAsync("Cancel order 17.", new ChatOptions { Temperature = 0, MaxOutputTokens = 64 });
        Console.WriteLine($"{response.Text} ({response.Usage!.OutputTokenCount} tokens, {response.FinishReason})");
        // </snippet>
    }
}
