using Microsoft.Extensions.AI;

namespace Microsoft.ML.SimPO;

/// <summary>What a chat client's options mean for generation.</summary>
internal static class ChatSettings
{
    /// <summary>The longest answer where nobody says how long, and the context has room.</summary>
    private const int LongestAnswer = 2048;

    /// <param name="suggested">What the model's makers suggest: what holds where the options say nothing.</param>
    /// <param name="room">Tokens that the context has left behind the prompt.</param>
    /// <exception cref="ArgumentException">Options are out of range; all of them are listed.</exception>
    /// <exception cref="NotSupportedException">An option asks for what the model does not do, and would change the answer.</exception>
    public static GenerationOptions Read(IChatClient client, ChatOptions? options, Func<GenerationOptions> suggested, int room)
    {
        GenerationOptions settings = options?.RawRepresentationFactory?.Invoke(client) as GenerationOptions
            ?? suggested() with { MaxNewTokens = Math.Clamp(room, 1, LongestAnswer), Seed = Random.Shared.Next() };
        if (options is null) return settings;
        RefuseUnsupported(options);
        settings = settings with
        {
            MaxNewTokens = options.MaxOutputTokens ?? settings.MaxNewTokens,
            Temperature = options.Temperature is > 0 and { } temperature ? temperature : settings.Temperature,
            TopP = options.TopP ?? settings.TopP,
            TopK = options.TopK ?? settings.TopK,
            Seed = options.Seed is { } seed ? unchecked((int)(seed ^ (seed >> 32))) : settings.Seed,
            StopStrings = options.StopSequences is { Count: > 0 } stops ? [.. settings.StopStrings, .. stops] : settings.StopStrings,
            Sample = options.Temperature is { } given ? given != 0 : settings.Sample || options.TopP is not null || options.TopK is not null,
        };
        settings = settings with { MinNewTokens = Math.Min(settings.MinNewTokens, Math.Max(0, settings.MaxNewTokens)) };
        if (options.Temperature < 0) settings = settings with { Temperature = options.Temperature.Value }; // to be refused with the other faults
        settings.Validate(nameof(options));
        return settings;
    }

    private static void RefuseUnsupported(ChatOptions options)
    {
        string[] refused =
        [
            .. Names((options.FrequencyPenalty is not (null or 0), nameof(options.FrequencyPenalty)), (options.PresencePenalty is not (null or 0), nameof(options.PresencePenalty)),
                (options.ResponseFormat is ChatResponseFormatJson, nameof(options.ResponseFormat)), (options.Tools is { Count: > 0 }, nameof(options.Tools)), (options.ConversationId is not null, nameof(options.ConversationId))),
        ];
        if (refused.Length > 0)
            throw new NotSupportedException($"{string.Join(", ", refused.Select(r => $"`{r}`"))} cannot be honoured: the model writes text from messages alone, without state. Leave it out.");
    }

    private static IEnumerable<string> Names(params (bool Is, string Name)[] options) => options.Where(o => o.Is).Select(o => o.Name);
}
