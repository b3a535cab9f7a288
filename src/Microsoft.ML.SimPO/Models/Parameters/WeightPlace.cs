namespace Microsoft.ML.SimPO.Models.Parameters;

/// <summary>Makes the storage of weights that lie together. What kind of storage it is, for which of them, is the plan's matter.</summary>
/// <param name="weights">Their kinds and shapes, in the order of their indices.</param>
internal delegate WeightStorage WeightPlace(IReadOnlyList<Parameter> weights);
