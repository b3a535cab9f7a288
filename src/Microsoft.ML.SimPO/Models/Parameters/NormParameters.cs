namespace Microsoft.ML.SimPO.Models.Parameters;

/// <summary>The weights of a norm.</summary>
/// <param name="Size">How many values a row has.</param>
/// <param name="Weight">[Size]; null for none.</param>
/// <param name="Bias">[Size]; null for none.</param>
internal sealed record NormParameters(long Size, Parameter? Weight, Parameter? Bias)
{
    public IEnumerable<Parameter> All => new[] { Weight, Bias }.OfType<Parameter>();
}
