using Microsoft.Extensions.AI;

namespace Microsoft.ML.SimPO;

public sealed class GenerateTests(TunedModel model) : IClassFixture<TunedModel>
{
    private static readonly string[] Prompts = [.. QuickStartFiles.Pairs(3).Select(p => p.Prompt)];

    private readonly AlignmentTransformer _model = model.Transformer;

    [Fact]
    public async Task Streamed_pieces_are_together_what_is_returned_at_once()
    {
        var options = new GenerationOptions { MaxNewTokens = 40, Sample = true, Temperature = 2, Seed = 6 };
        string expected = _model.Generate(Prompts[0], options);
        List<string> pieces = [];
        await foreach (string piece in _model.GenerateStreaming(Prompts[0], options)) pieces.Add(piece);
        Assert.True(pieces.Count > 1);
        Assert.DoesNotContain("", pieces);
        Assert.Equal(expected, string.Concat(pieces));
    }

    [Fact]
    public async Task A_conversation_is_rendered_with_the_chat_template()
    {
        ChatMessage[] messages = [new(ChatRole.User, Prompts[1])];
        var options = new GenerationOptions { MaxNewTokens = 16 };
        Assert.Equal(_model.Generate(Prompts[1], options), _model.Generate(messages, options));
        List<string> pieces = [];
        await foreach (string piece in _model.GenerateStreaming(messages, options)) pieces.Add(piece);
        Assert.Equal(_model.Generate(messages, options), string.Concat(pieces));
        Assert.Equal("There are no messages. Give at least one of the user's. (Parameter 'messages')",
            Assert.Throws<ArgumentException>(() => _model.Generate(Array.Empty<ChatMessage>())).Message);
    }

    [Fact]
    public void Samples_of_a_prompt_differ_by_the_seed_alone()
    {
        var options = new GenerationOptions { MaxNewTokens = 12, Sample = true, Temperature = 1.5f, Seed = 2 };
        IReadOnlyList<IReadOnlyList<GeneratedText>> samples = _model.GenerateSamples(Prompts, 3, options);
        Assert.Equal([3, 3, 3], samples.Select(s => s.Count));
        Assert.True(samples[0].Select(s => s.Text).Distinct().Count() > 1);
        Assert.Equal(samples.SelectMany(s => s), _model.GenerateSamples(Prompts, 3, options).SelectMany(s => s));
        Assert.Equal(samples[0], _model.GenerateSamples(Prompts[..1], 3, options)[0]);
        Assert.NotEqual(samples[0], _model.GenerateSamples(Prompts[..1], 3, options with { Seed = 3 })[0]);
        Assert.Equal("2 samples of a prompt would be equal, for `Sample` is false. Set it, or ask for 1. (Parameter 'samples')",
            Assert.Throws<ArgumentException>(() => _model.GenerateSamples(Prompts, 2)).Message);
        Assert.Equal("`samples` must be at least 1, but was 0. (Parameter 'samples')",
            Assert.Throws<ArgumentException>(() => _model.GenerateSamples(Prompts, 0)).Message);
    }

    [Fact]
    public void A_text_says_why_it_ends_and_how_long_it_is()
    {
        GeneratedText cut = _model.GenerateSamples(Prompts[..1], 1, new GenerationOptions { MaxNewTokens = 3 })[0][0];
        Assert.Equal((GenerationFinish.Length, 3), (cut.Finish, cut.NewTokens));
        GeneratedText whole = _model.GenerateSamples(Prompts[..1], 1, new GenerationOptions { MaxNewTokens = 400 })[0][0];
        Assert.Equal(GenerationFinish.Stop, whole.Finish);
        Assert.StartsWith(cut.Text, whole.Text, StringComparison.Ordinal);
        string stop = whole.Text[(whole.Text.Length / 2)..][..4];
        GeneratedText stopped = _model.GenerateSamples(Prompts[..1], 1, new GenerationOptions { MaxNewTokens = 400, StopStrings = [stop] })[0][0];
        Assert.Equal(GenerationFinish.Stop, stopped.Finish);
        Assert.Equal(whole.Text[..whole.Text.IndexOf(stop, StringComparison.Ordinal)], stopped.Text);
        Assert.True(stopped.NewTokens < whole.NewTokens);
    }

    [Fact]
    public void Threads_may_generate_at_the_same_time()
    {
        var options = new GenerationOptions { MaxNewTokens = 20, Sample = true, Seed = 5 };
        IReadOnlyList<string> expected = _model.Generate(Prompts, options);
        Parallel.For(0, 4, _ => Assert.Equal(expected, _model.Generate(Prompts, options)));
    }

    [Fact]
    public async Task Whoever_cancels_or_stops_reading_ends_the_work_and_no_tensor_is_left()
    {
        var endless = new GenerationOptions { MaxNewTokens = 1_000_000, MinNewTokens = 1_000_000 };
        _model.Generate(Prompts[0], new GenerationOptions { MaxNewTokens = 2 });
        long before = LiveTensors.CountWithoutGarbage();
        await foreach (string piece in _model.GenerateStreaming(Prompts[0], endless))
            if (piece.Length > 0) break;
        using var source = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (string piece in _model.GenerateStreaming(Prompts[0], endless, source.Token)) await source.CancelAsync();
        });
        source.Dispose();
        using var later = new CancellationTokenSource(100);
        Assert.ThrowsAny<OperationCanceledException>(() => _model.Generate(Prompts, endless, later.Token));
        Assert.Equal(before, LiveTensors.Count);
    }

    [Fact]
    public void What_the_models_makers_suggest_is_read()
    {
        using var folder = new Checkpoints.TempFolder();
        QuickStartFiles.CopyModel(folder.Path);
        Assert.Equal(new GenerationOptions(), Suggested(folder.Path, "{}"));
        Assert.Equal(new GenerationOptions(), Suggested(folder.Path, """{"do_sample": false, "temperature": 0.0}"""));
        // What transformers has where a file samples and names no top_k.
        Assert.Equal(new GenerationOptions { Sample = true, TopK = 50 }, Suggested(folder.Path, """{"do_sample": true}"""));
        Assert.Equal(new GenerationOptions { Sample = true }, Suggested(folder.Path, """{"do_sample": true, "top_k": null}"""));
        Assert.Equal(new GenerationOptions { MaxLength = 40 }, Suggested(folder.Path, """{"max_length": 40}"""));
        Assert.Equal(new GenerationOptions { MaxNewTokens = 7 }, Suggested(folder.Path, """{"max_length": 40, "max_new_tokens": 7}"""));
        Assert.Equal(
            new GenerationOptions { Sample = true, Temperature = 0.6f, TopK = 20, TopP = 0.95f, MinP = 0.1f, RepetitionPenalty = 1.05f, NoRepeatNgramSize = 3,
                MaxNewTokens = 99, MinNewTokens = 2 },
            Suggested(folder.Path, """{"do_sample": true, "temperature": 0.6, "top_k": 20, "top_p": 0.95, "min_p": 0.1, "repetition_penalty": """
                + """1.05, "no_repeat_ngram_size": 3, "max_new_tokens": 99, "min_new_tokens": 2}"""));
        string message = Assert.Throws<InvalidDataException>(() => Suggested(folder.Path, """{"do_sample": true, "temperature": -1, "top_p": 3}""")).Message;
        Assert.EndsWith("generation_config.json': `Temperature` must be greater than 0, but was -1. For the likeliest token leave `Sample` false. `TopP` must "
            + "be greater than 0 and at most 1, but was 3. Use 1 for all tokens.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_suggestion_asks_for_and_is_not_applied_is_said_when_a_model_is_loaded()
    {
        using var folder = new Checkpoints.TempFolder();
        QuickStartFiles.CopyModel(folder.Path);
        folder.Write("generation_config.json", """
            {"suppress_tokens": [1, 2], "num_beams": 4, "typical_p": 1.0, "bad_words_ids": null, "forced_eos_token_id": null, "min_length": 0, "top_k": 5}
            """);
        var context = new MLContext(1);
        List<string> lines = [];
        context.Log += (_, e) =>
        {
            if (e.RawMessage.StartsWith("generation_config.json", StringComparison.Ordinal)) lines.Add(e.RawMessage);
        };
        context.Alignment.LoadModel(folder.Path).Dispose();
        const string what = ", which is not applied: what is generated may differ from what transformers generates.";
        Assert.Equal(
            [
                $"generation_config.json: field 'suppress_tokens' is set to [1, 2]{what}", $"generation_config.json: field 'num_beams' is set to 4{what}",
            ],
            lines);
    }

    private GenerationOptions Suggested(string folder, string config)
    {
        File.WriteAllText(Path.Combine(folder, "generation_config.json"), config);
        using AlignmentTransformer loaded = model.Context.Alignment.LoadModel(folder, QuickStartFiles.Options());
        GenerationOptions found = loaded.SuggestedGeneration;
        return found with { StopStrings = found.StopStrings.Count == 0 ? new GenerationOptions().StopStrings : found.StopStrings };
    }
}
