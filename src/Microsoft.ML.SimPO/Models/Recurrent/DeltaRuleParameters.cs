using Microsoft.ML.SimPO.Models.Parameters;

namespace Microsoft.ML.SimPO.Models.Recurrent;

/// <summary>The weights of a layer with the gated delta rule.</summary>
/// <param name="Input">
/// [channels + valueSize + 2 valueHeads, hidden]: queries, keys and values; the output's gate; what is written and what is forgotten
/// </param>
/// <param name="Kernel">[channels, 1, kernel]</param>
/// <param name="LogDecay">[valueHeads]</param>
/// <param name="DecayBias">[valueHeads]</param>
/// <param name="Norm">[valueDim]</param>
/// <param name="Output">[hidden, valueSize]</param>
internal sealed record DeltaRuleParameters(
    Parameter Input, Parameter Kernel, Parameter LogDecay, Parameter DecayBias, Parameter Norm, Parameter Output)
{
    public IEnumerable<Parameter> All => [Input, Kernel, LogDecay, DecayBias, Norm, Output];
}
