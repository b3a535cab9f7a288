using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Microsoft.ML.SimPO;

/// <summary>A model behind the chat interface of Microsoft.Extensions.AI. Keeps no state between calls; safe on several threads at once.</summary>
internal sealed class LanguageModelChatClient(AlignmentTransformer model) : IChatClient
{
    private readonly ChatClientMetadata _metadata = new("Microsoft.ML.SimPO", defaultModelId: model.ModelFamily);

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        (AnswerWriter writer, int[] prompt, GenerationOptions settings) = Prepare(messages, options, cancellationToken);
        GeneratedText answer = await Task.Factory.StartNew(
            () => writer.Write([(prompt, 0)], settings, null, cancellationToken)[0],
            cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, answer.Text) { MessageId = NewId(), CreatedAt = DateTimeOffset.UtcNow })
        {
            ResponseId = NewId(),
            ModelId = model.ModelFamily,
            CreatedAt = DateTimeOffset.UtcNow,
            FinishReason = Reason(answer),
            Usage = Usage(answer),
            RawRepresentation = answer,
        };
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return Stream(messages, options, cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        if (serviceKey is not null) return null;
        return new object[] { this, _metadata, model }.FirstOrDefault(serviceType.IsInstanceOfType);
    }

    /// <summary>Nothing: the model belongs to whoever made the client of it.</summary>
    public void Dispose()
    {
    }

    private async IAsyncEnumerable<ChatResponseUpdate> Stream(IEnumerable<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation]
        CancellationToken cancellationToken)
    {
        (AnswerWriter writer, int[] prompt, GenerationOptions settings) = Prepare(messages, options, cancellationToken);
        string response = NewId(), message = NewId();
        DateTimeOffset created = DateTimeOffset.UtcNow;
        ChatResponseUpdate Update(params IList<AIContent> contents) =>
            new(ChatRole.Assistant, contents) { ResponseId = response, MessageId = message, ModelId = model.ModelFamily, CreatedAt = created };
        GeneratedText? answer = null;
        await foreach (string piece in AnswerStream.Read(writer, prompt, settings, a => answer = a, cancellationToken).ConfigureAwait(false))
            yield return Update(new TextContent(piece));
        ChatResponseUpdate last = Update(new UsageContent(Usage(answer!)));
        last.FinishReason = Reason(answer!);
        yield return last;
    }

    private (AnswerWriter Writer, int[] Prompt, GenerationOptions Settings) Prepare(
        IEnumerable<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        AnswerWriter writer = model.Writer;
        int[] prompt = writer.Encode(ChatTurnReader.Read(messages, options?.Instructions));
        int room = model.Model.Decoder.Architecture.MaxPositions - prompt.Length;
        return (writer, prompt, ChatSettings.Read(this, options, () => model.SuggestedGeneration, room));
    }

    private static ChatFinishReason Reason(GeneratedText answer) => answer.Finish == GenerationFinish.Stop ? ChatFinishReason.Stop : ChatFinishReason.Length;

    private static UsageDetails Usage(GeneratedText answer) =>
        new() { InputTokenCount = answer.PromptTokens, OutputTokenCount = answer.NewTokens, TotalTokenCount = answer.PromptTokens + answer.NewTokens };

    private static string NewId() => Guid.NewGuid().ToString("N");
}
