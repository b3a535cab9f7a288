using Microsoft.Extensions.AI;

namespace Microsoft.ML.SimPO;

/// <summary>A chat model that replies as a function says, and remembers what it was asked. A prompt of it is 10 tokens, a reply 1.</summary>
internal sealed class JudgingClient(Func<string, string> reply) : IChatClient
{
    private readonly List<string> _requests = [];

    /// <summary>Sorted, for several are asked at a time.</summary>
    public IReadOnlyList<string> Requests => [.. _requests.Order(StringComparer.Ordinal)];

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        string request = messages.Last().Text;
        lock (_requests)
        {
            _requests.Add(request);
            return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, reply(request)))
            {
                Usage = new UsageDetails { InputTokenCount = 10, OutputTokenCount = 1 },
            });
        }
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
