namespace Microsoft.ML.SimPO;

/// <summary>A data set of a mixture and how much of it is taken.</summary>
/// <param name="Path">File or folder.</param>
/// <param name="Fraction">Above 0; 1 takes all of it, 0.5 a random half, 2.5 all of it twice and a random half.</param>
/// <param name="Split">Split of a folder; null for the train split.</param>
public sealed record MixturePart(string Path, double Fraction = 1, string? Split = null);
