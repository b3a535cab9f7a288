namespace Microsoft.ML.SimPO;

/// <summary>A text that a model wrote.</summary>
public sealed record GeneratedText
{
    internal GeneratedText()
    {
    }

    /// <summary>The text, without special tokens and up to the first stop string.</summary>
    public string Text { get; internal init; } = null!;

    /// <summary>Why it ends.</summary>
    public GenerationFinish Finish { get; internal init; }

    /// <summary>Tokens of the prompt as the model read it, chat template included.</summary>
    public int PromptTokens { get; internal init; }

    /// <summary>Tokens that were written, the one that ends the turn included.</summary>
    public int NewTokens { get; internal init; }
}
