using Microsoft.ML.SimPO.Models.Parameters;

namespace Microsoft.ML.SimPO.Models.Recurrent;

/// <summary>The weights of a layer with a short convolution.</summary>
/// <param name="Input">[3 * hidden, hidden]: two gates and what goes between them</param>
/// <param name="Kernel">[hidden, 1, kernel]</param>
/// <param name="Output">[hidden, hidden]</param>
/// <param name="InputBias">Null for none, as the others.</param>
internal sealed record ShortConvolutionParameters(
    Parameter Input, Parameter Kernel, Parameter Output, Parameter? InputBias, Parameter? KernelBias, Parameter? OutputBias)
{
    public IEnumerable<Parameter> All => new[] { Input, InputBias, Kernel, KernelBias, Output, OutputBias }.OfType<Parameter>();
}
