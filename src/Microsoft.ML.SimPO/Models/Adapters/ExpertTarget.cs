using Microsoft.ML.SimPO.Models.Parameters;

namespace Microsoft.ML.SimPO.Models.Adapters;

/// <summary>One projection of all experts of a layer, of which an adapter updates each.</summary>
/// <param name="Weights">The tensor of all, or a matrix each in the order of the experts.</param>
/// <param name="IsInputFirst">Whether that tensor is [experts, inputs, outputs].</param>
/// <param name="Module">What PEFT puts before the names of the update's matrices.</param>
/// <param name="Key">The parameter's name, by which ranks and scalings are asked for: <c>...mlp.experts.gate_up_proj</c>.</param>
internal sealed record ExpertTarget(IReadOnlyList<Parameter> Weights, bool IsInputFirst, string Module, string Key, int Experts, long Outputs, long Inputs);
