using System.Text.Json;
using Microsoft.Extensions.AI;

namespace ChatServer;

/// <summary>Answers as OpenAI's <c>/v1/chat/completions</c> does: at once, or piece by piece as server-sent events.</summary>
internal static class ChatCompletions
{
    public static async Task Answer(ChatCompletionRequest request, ServedModel model, HttpContext context)
    {
        ChatMessage[] messages = [.. request.Messages.Select(m => new ChatMessage(new ChatRole(m.Role), m.Content))];
        var options = new ChatOptions { Temperature = request.Temperature, TopP = request.TopP, MaxOutputTokens = request.MaxTokens, Seed = request.Seed };
        try
        {
            if (request.Stream) await Stream(model.Chat, messages, options, context);
            else await context.Response.WriteAsJsonAsync(Whole(await model.Chat.GetResponseAsync(messages, options, context.RequestAborted)));
        }
        catch (Exception e) when ((e is ArgumentException or InvalidDataException or NotSupportedException) && !context.Response.HasStarted)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsJsonAsync(new { error = new { message = e.Message, type = "invalid_request_error" } });
        }
    }

    private static async Task Stream(IChatClient client, ChatMessage[] messages, ChatOptions options, HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync(messages, options, context.RequestAborted))
            await Send(JsonSerializer.Serialize(Piece(update)));
        await Send("[DONE]");

        async Task Send(string data)
        {
            await context.Response.WriteAsync($"data: {data}\n\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    private static object Whole(ChatResponse response) => new
    {
        id = response.ResponseId,
        @object = "chat.completion",
        created = response.CreatedAt?.ToUnixTimeSeconds(),
        model = response.ModelId,
        choices = new[] { new { index = 0, message = new { role = "assistant", content = response.Text }, finish_reason = response.FinishReason?.Value } },
        usage = new
        {
            prompt_tokens = response.Usage?.InputTokenCount,
            completion_tokens = response.Usage?.OutputTokenCount,
            total_tokens = response.Usage?.TotalTokenCount,
        },
    };

    private static object Piece(ChatResponseUpdate update) => new
    {
        id = update.ResponseId,
        @object = "chat.completion.chunk",
        created = update.CreatedAt?.ToUnixTimeSeconds(),
        model = update.ModelId,
        choices = new[] { new { index = 0, delta = new { content = update.Text }, finish_reason = update.FinishReason?.Value } },
    };
}
