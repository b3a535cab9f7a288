using System.Text.Json.Serialization;

namespace ChatServer;

/// <summary>What a client of OpenAI's chat protocol sends, as far as it is honoured.</summary>
internal sealed record ChatCompletionRequest
{
    [JsonPropertyName("messages")]
    public IReadOnlyList<ChatCompletionMessage> Messages { get; init; } = [];

    [JsonPropertyName("stream")]
    public bool Stream { get; init; }

    [JsonPropertyName("temperature")]
    public float? Temperature { get; init; }

    [JsonPropertyName("top_p")]
    public float? TopP { get; init; }

    [JsonPropertyName("max_tokens")]
    public int? MaxTokens { get; init; }

    [JsonPropertyName("seed")]
    public long? Seed { get; init; }
}
