namespace Microsoft.ML.SimPO.Text.Tokenization.Patterns;

/// <summary>How a repetition chooses its number of rounds.</summary>
internal enum RegexGreed
{
    Greedy,
    Lazy,
    Possessive,
}
