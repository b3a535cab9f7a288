namespace Microsoft.ML.SimPO;

/// <summary>A text that a model wrote.</summary>
public sealed record GeneratedText
{
    internal GeneratedText()
    {
    }

    /// <summary>The text, without special tokens and up to the first stop string.</summary>
    public required string Text { get; init; }

    /// <summary>Why it ends.</summary>
    public required GenerationFinish Finish { get; init; }

    /// <summary>Tokens of the prompt as the model read it, chat template included.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Tokens that were written, the one that ends the turn included.</summary>
    public required int NewTokens { get; init; }
}
