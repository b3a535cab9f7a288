using Microsoft.ML.SimPO.Models.Parameters;

namespace Microsoft.ML.SimPO.Models.Experts;

/// <summary>The weights of the expert that computes every token.</summary>
/// <param name="GateUp">[2 * intermediate, hidden]</param>
/// <param name="Down">[hidden, intermediate]</param>
/// <param name="Gate">[1, hidden]; null for none.</param>
internal sealed record SharedExpertParameters(Parameter GateUp, Parameter Down, Parameter? Gate)
{
    public IEnumerable<Parameter> All => new[] { GateUp, Down, Gate }.OfType<Parameter>();
}
