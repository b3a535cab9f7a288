namespace Microsoft.ML.SimPO.Text;

/// <summary>How a repetition chooses its number of rounds.</summary>
internal enum RegexGreed
{
    Greedy,
    Lazy,
    Possessive,
}
