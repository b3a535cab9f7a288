#!/usr/bin/env dotnet
#:package Microsoft.ML.SimPO@0.1.0
#:package TorchSharp-cpu@0.107.0
#:property PublishAot=false

// Talks to a saved model; an empty line ends it: dotnet run chat.cs -- MODEL.zip
using Microsoft.Extensions.AI;
using Microsoft.ML;
using Microsoft.ML.SimPO;

if (args.Length < 1)
{
    Console.Error.WriteLine("usage: dotnet run chat.cs -- MODEL.zip");
    return 2;
}
using var model = (AlignmentTransformer)new MLContext().Model.Load(args[0], out _);
using IChatClient client = model.AsChatClient();
List<ChatMessage> messages = [];
while (Ask() is { Length: > 0 } line)
{
    messages.Add(new ChatMessage(ChatRole.User, line));
    string answer = "";
    await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync(messages, new ChatOptions { Temperature = 0, MaxOutputTokens = 256 }))
    {
        Console.Write(update.Text);
        answer += update.Text;
    }
    Console.WriteLine();
    messages.Add(new ChatMessage(ChatRole.Assistant, answer));
}
return 0;

static string? Ask()
{
    Console.Write("> ");
    return Console.ReadLine();
}
