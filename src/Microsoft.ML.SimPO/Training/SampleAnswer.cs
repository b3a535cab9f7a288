namespace Microsoft.ML.SimPO;

/// <summary>What a model in training answers to a prompt of its validation data.</summary>
public sealed record SampleAnswer
{
    internal SampleAnswer(string prompt, string answer) => (Prompt, Answer) = (prompt, answer);

    /// <summary>The prompt, without special tokens.</summary>
    public string Prompt { get; }

    /// <summary>The model's own words.</summary>
    public string Answer { get; }
}
