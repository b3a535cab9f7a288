namespace Microsoft.ML.SimPO.Generation;

/// <summary>A prompt and what has been written behind it.</summary>
internal sealed class TokenSequence(int index, int[] prompt, TokenSampler sampler)
{
    /// <summary>Which sequence of the call it is.</summary>
    public int Index => index;

    public int[] Prompt => prompt;

    /// <summary>Prompt and new tokens.</summary>
    public List<int> Ids { get; } = [.. prompt];

    public int NewTokens => Ids.Count - prompt.Length;

    public TokenSampler Sampler => sampler;

    /// <summary>Null as long as it goes on.</summary>
    public GenerationFinish? Finish { get; set; }

    public int[] Written() => [.. Ids.Skip(prompt.Length)];
}
