using Microsoft.Extensions.AI;

namespace Microsoft.ML.SimPO;

/// <summary>What the documentation of IChatClient promises to whoever holds one.</summary>
public sealed class ChatClientTests(TunedModel model) : IClassFixture<TunedModel>
{
    private static readonly string Question = QuickStartFiles.Pairs(1)[0].Prompt;

    private static readonly ChatOptions Greedy = new() { Temperature = 0, MaxOutputTokens = 24 };

    private readonly IChatClient _client = model.Transformer.AsChatClient();

    [Fact]
    public async Task A_response_has_the_models_answer_with_usage_and_reason()
    {
        ChatMessage[] messages = [new(ChatRole.User, Question)];
        ChatResponse response = await _client.GetResponseAsync(messages, Greedy);
        GeneratedText expected = model.Transformer.GenerateSamples([Question], 1, new GenerationOptions { MaxNewTokens = 24 })[0][0];
        Assert.Equal(expected.Text, response.Text);
        ChatMessage message = Assert.Single(response.Messages);
        Assert.Equal(ChatRole.Assistant, message.Role);
        Assert.Equal(expected.Finish == GenerationFinish.Stop ? ChatFinishReason.Stop : ChatFinishReason.Length, response.FinishReason);
        Assert.Equal((expected.PromptTokens, expected.NewTokens, expected.PromptTokens + expected.NewTokens),
            (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount, response.Usage.TotalTokenCount));
        Assert.Equal(model.Transformer.ModelFamily, response.ModelId);
        Assert.False(string.IsNullOrEmpty(response.ResponseId));
        Assert.Single(messages); // the caller's list is as it was
        ChatResponse cut = await _client.GetResponseAsync(messages, new ChatOptions { Temperature = 0, MaxOutputTokens = 2 });
        Assert.Equal((ChatFinishReason.Length, 2), (cut.FinishReason, cut.Usage!.OutputTokenCount));
    }

    [Fact]
    public async Task Updates_are_together_the_response()
    {
        ChatMessage[] messages = [new(ChatRole.User, Question)];
        List<ChatResponseUpdate> updates = [];
        await foreach (ChatResponseUpdate update in _client.GetStreamingResponseAsync(messages, Greedy)) updates.Add(update);
        Assert.True(updates.Count > 2);
        Assert.Single(updates.Select(u => u.ResponseId).Distinct());
        Assert.Single(updates.Select(u => u.MessageId).Distinct());
        Assert.All(updates, u => Assert.Equal(ChatRole.Assistant, u.Role));
        ChatResponse joined = updates.ToChatResponse(), whole = await _client.GetResponseAsync(messages, Greedy);
        Assert.Equal(whole.Text, joined.Text);
        Assert.Equal((whole.FinishReason, whole.ModelId), (joined.FinishReason, joined.ModelId));
        Assert.Equal((whole.Usage!.InputTokenCount, whole.Usage.OutputTokenCount), (joined.Usage!.InputTokenCount, joined.Usage.OutputTokenCount));
        Assert.Single(joined.Messages);
    }

    [Fact]
    public async Task Options_are_honoured()
    {
        string whole = (await _client.GetResponseAsync(Question, Greedy)).Text;
        string stop = whole[(whole.Length / 2)..][..3];
        ChatResponse stopped = await _client.GetResponseAsync(Question, new ChatOptions { Temperature = 0, MaxOutputTokens = 24, StopSequences = [stop] });
        Assert.Equal((whole[..whole.IndexOf(stop, StringComparison.Ordinal)], ChatFinishReason.Stop), (stopped.Text, stopped.FinishReason));

        var hot = new ChatOptions { Temperature = 3, TopP = 0.99f, TopK = 400, Seed = 12, MaxOutputTokens = 24 };
        string sampled = (await _client.GetResponseAsync(Question, hot)).Text;
        Assert.Equal(sampled, (await _client.GetResponseAsync(Question, hot)).Text);
        Assert.Equal(model.Transformer.Generate(
            Question, new GenerationOptions { Sample = true, Temperature = 3, TopP = 0.99f, TopK = 400, Seed = 12, MaxNewTokens = 24 }), sampled);
        hot.Seed = 13;
        Assert.NotEqual(sampled, (await _client.GetResponseAsync(Question, hot)).Text);

        var own = new GenerationOptions { MaxNewTokens = 5, RepetitionPenalty = 1.3f };
        Assert.Equal(model.Transformer.Generate(Question, own),
            (await _client.GetResponseAsync(Question, new ChatOptions { RawRepresentationFactory = _ => own })).Text);
    }

    [Fact]
    public void Instructions_are_a_system_turn()
    {
        Assert.Equal([("system", "Be brief."), ("user", "hi")], ChatTurnReader.Read([new(ChatRole.User, "hi")], "Be brief.").Select(m => (m.Role, m.Content)));
        Assert.Equal([("system", "Be brief.\n\nBe kind."), ("user", "hi")],
            ChatTurnReader.Read([new(ChatRole.System, "Be kind."), new(ChatRole.User, "hi")], "Be brief.").Select(m => (m.Role, m.Content)));
    }

    [Fact]
    public async Task What_can_not_be_honoured_is_refused()
    {
        var options = new ChatOptions { FrequencyPenalty = 1, Tools = [AIFunctionFactory.Create(() => 1, "one")], ResponseFormat = ChatResponseFormat.Json };
        Assert.Equal(
            "`FrequencyPenalty`, `ResponseFormat`, `Tools` cannot be honoured: the model writes text from messages alone, without state. Leave it out.",
            (await Assert.ThrowsAsync<NotSupportedException>(() => _client.GetResponseAsync(Question, options))).Message);
        Assert.Equal(
            "Message 1 holds DataContent, but the model reads text alone. Leave it out.",
            (await Assert.ThrowsAsync<NotSupportedException>(
                () => _client.GetResponseAsync([new ChatMessage(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")])]))).Message);
        Assert.Equal(
            "`MaxNewTokens` must be at least 1, but was 0." + Environment.NewLine
                + "`Temperature` must be greater than 0, but was -1. For the likeliest token leave `Sample` false. (Parameter 'options')",
            (await Assert.ThrowsAsync<ArgumentException>(
                () => _client.GetResponseAsync(Question, new ChatOptions { MaxOutputTokens = 0, Temperature = -1 }))).Message);
        await Assert.ThrowsAsync<ArgumentException>(() => _client.GetResponseAsync(Array.Empty<ChatMessage>()));
        await Assert.ThrowsAsync<ArgumentNullException>(() => _client.GetResponseAsync((IEnumerable<ChatMessage>)null!));
        Assert.Throws<ArgumentNullException>(() => { _client.GetStreamingResponseAsync((IEnumerable<ChatMessage>)null!); });
    }

    [Fact]
    public async Task It_can_be_cancelled()
    {
        var endless = new ChatOptions { RawRepresentationFactory = _ => new GenerationOptions { MaxNewTokens = 1_000_000, MinNewTokens = 1_000_000 } };
        using var source = new CancellationTokenSource(100);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _client.GetResponseAsync(Question, endless, source.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _client.GetResponseAsync(Question, endless, source.Token));
        using var second = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (ChatResponseUpdate update in _client.GetStreamingResponseAsync(Question, endless, second.Token)) await second.CancelAsync();
        });
    }

    [Fact]
    public async Task Calls_may_run_at_the_same_time_and_after_the_client_was_disposed()
    {
        string expected = (await _client.GetResponseAsync(Question, Greedy)).Text;
        ChatResponse[] responses = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _client.GetResponseAsync(Question, Greedy)));
        Assert.All(responses, r => Assert.Equal(expected, r.Text));
        _client.Dispose();
        Assert.Equal(expected, model.Transformer.Generate(Question, new GenerationOptions { MaxNewTokens = 24 }));
    }

    [Fact]
    public void Services_are_found_by_type_without_a_key()
    {
        Assert.Same(_client, _client.GetService(typeof(IChatClient)));
        Assert.Same(model.Transformer, _client.GetService(typeof(AlignmentTransformer)));
        var metadata = Assert.IsType<ChatClientMetadata>(_client.GetService(typeof(ChatClientMetadata)));
        Assert.Equal(("Microsoft.ML.SimPO", model.Transformer.ModelFamily), (metadata.ProviderName, metadata.DefaultModelId));
        Assert.Null(_client.GetService(typeof(ChatClientMetadata), "key"));
        Assert.Null(_client.GetService(typeof(string)));
        Assert.Throws<ArgumentNullException>(() => _client.GetService(null!));
    }
}
