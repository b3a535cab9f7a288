using ChatServer;
using Microsoft.ML.SimPO;

// Serves a model to whatever speaks OpenAI's chat protocol: ChatServer MODEL [--urls http://localhost:5000]
if (args.Length == 0)
{
    Console.Error.WriteLine("usage: ChatServer MODEL-FOLDER-OR-ZIP [--urls http://localhost:5000]");
    return 2;
}
WebApplicationBuilder builder = WebApplication.CreateBuilder(args[1..]);
builder.Services.AddSingleton(_ => new ServedModel(args[0]));
WebApplication app = builder.Build();
app.Services.GetRequiredService<ServedModel>(); // an error in the model ends the program now, not with the first request
app.MapPost("/v1/chat/completions", ChatCompletions.Answer);
app.MapPost("/v1/score", (ScoreRequest pair, ServedModel model) => model.Score(pair));
app.Run();
return 0;
