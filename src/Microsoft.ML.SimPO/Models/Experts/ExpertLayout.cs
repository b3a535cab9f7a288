namespace Microsoft.ML.SimPO.Models.Experts;

/// <summary>How a checkpoint holds the matrices of experts.</summary>
internal enum ExpertLayout
{
    /// <summary>Tensors of each expert: <c>mlp.experts.3.gate_proj.weight</c>.</summary>
    Single,

    /// <summary>Those of all in one: <c>mlp.experts.gate_up_proj</c>, [experts, 2 * intermediate, hidden], gates first; <c>down_proj</c> likewise.</summary>
    Joined,

    /// <summary>Those of all in one with inputs first, [experts, hidden, 2 * intermediate], gates in even columns and ups in odd ones.</summary>
    JoinedInputFirst,
}
