namespace Microsoft.ML.SimPO.Models.Parameters;

/// <summary>The numbers of a layer's xIELU. Beta and epsilon are in the checkpoint and are not trained.</summary>
/// <param name="AlphaPositive">[1]</param>
/// <param name="AlphaNegative">[1]</param>
/// <param name="Beta">[]</param>
/// <param name="Epsilon">[]</param>
internal sealed record XIeluParameters(Parameter AlphaPositive, Parameter AlphaNegative, Parameter Beta, Parameter Epsilon)
{
    public IEnumerable<Parameter> All => [AlphaPositive, AlphaNegative, Beta, Epsilon];
}
