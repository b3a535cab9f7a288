namespace Microsoft.ML.SimPO.Data.Packing;

/// <summary>Groups that share answers, whose scored rows stand one after another: the derivatives of any of them can need the log-probabilities of all.</summary>
/// <param name="Start">The first scored row.</param>
/// <param name="Count">Scored rows.</param>
internal sealed record PackedUnit(int Start, int Count, PackedGroup[] Groups);
