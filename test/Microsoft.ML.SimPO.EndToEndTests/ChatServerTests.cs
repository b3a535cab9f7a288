using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Microsoft.ML.SimPO.EndToEnd;

/// <summary>The sample server, called as clients of OpenAI's protocol call it.</summary>
public sealed class ChatServerTests : IAsyncLifetime, IDisposable
{
    private static readonly string Model = Path.Combine(ChildProgram.Root, "samples", "QuickStart", "model");

    private ServerProcess? _server;

    private HttpClient Client => _server!.Client;

    public async Task InitializeAsync() => _server = await ServerProcess.Start(Model);

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _server?.Dispose();

    [Fact]
    public async Task It_answers_at_once_and_piece_by_piece_with_the_same_words()
    {
        JsonElement whole = await (await Post(stream: false)).Content.ReadFromJsonAsync<JsonElement>();
        string text = whole.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;
        Assert.True(text.Length > 10);
        Assert.Equal("chat.completion", whole.GetProperty("object").GetString());
        Assert.InRange(whole.GetProperty("usage").GetProperty("completion_tokens").GetInt32(), 1, 24);

        HttpResponseMessage streamed = await Post(stream: true);
        Assert.Equal("text/event-stream", streamed.Content.Headers.ContentType!.MediaType);
        string[] events = (await streamed.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.All(events, e => Assert.StartsWith("data: ", e, StringComparison.Ordinal));
        Assert.Equal("data: [DONE]", events[^1]);
        JsonElement[] pieces = [.. events[..^1].Select(e => JsonDocument.Parse(e["data: ".Length..]).RootElement.GetProperty("choices")[0])];
        Assert.True(pieces.Length > 3);
        Assert.Equal(text, string.Concat(pieces.Select(p => p.GetProperty("delta").GetProperty("content").GetString())));
        Assert.Contains(pieces[^1].GetProperty("finish_reason").GetString(), new[] { "stop", "length" });
    }

    [Fact]
    public async Task It_scores_pairs_on_many_connections_at_once()
    {
        var pair = new { prompt = "Where is my order?", chosen = "On its way.", rejected = "Ask somebody else." };
        JsonElement[] scores = await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
            await (await Client.PostAsJsonAsync("v1/score", pair)).Content.ReadFromJsonAsync<JsonElement>()));
        double margin = scores[0].GetProperty("margin").GetDouble();
        Assert.All(scores, s => Assert.Equal(margin, s.GetProperty("margin").GetDouble()));
        Assert.Equal(1 / (1 + Math.Exp(-margin)), scores[0].GetProperty("probability").GetDouble(), 1e-6);
    }

    [Fact]
    public async Task What_cannot_be_done_is_an_error_of_the_request()
    {
        HttpResponseMessage refused = await Client.PostAsJsonAsync("v1/chat/completions", new { messages = Messages("Hi"), top_p = 7 });
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("top", (await refused.Content.ReadAsStringAsync()), StringComparison.OrdinalIgnoreCase);
    }

    private Task<HttpResponseMessage> Post(bool stream) => Client.PostAsJsonAsync(
        "v1/chat/completions", new { messages = Messages("What is the status of order 4355?"), stream, temperature = 0, max_tokens = 24 });

    private static object[] Messages(string content) => [new { role = "user", content }];
}
