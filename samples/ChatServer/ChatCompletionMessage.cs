using System.Text.Json.Serialization;

namespace ChatServer;

/// <summary>A turn of a conversation.</summary>
/// <param name="Role">system, user or assistant.</param>
/// <param name="Content">Its text.</param>
internal sealed record ChatCompletionMessage([property: JsonPropertyName("role")] string Role, [property: JsonPropertyName("content")] string Content);
