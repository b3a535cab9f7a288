using Microsoft.ML.SimPO.Models.Parameters;

namespace Microsoft.ML.SimPO.Models.Experts;

/// <summary>The norms of a layer whose experts stand beside an MLP.</summary>
/// <param name="MlpOutput">Behind the MLP.</param>
/// <param name="ExpertInput">Before the experts.</param>
/// <param name="ExpertOutput">Behind the experts.</param>
internal sealed record BesideNorms(NormParameters MlpOutput, NormParameters ExpertInput, NormParameters ExpertOutput)
{
    public IEnumerable<Parameter> All => [.. MlpOutput.All, .. ExpertInput.All, .. ExpertOutput.All];
}
