namespace Microsoft.ML.SimPO.Models.Recurrent;

/// <summary>A convolution between two gates in place of attention.</summary>
/// <param name="Kernel">How many tokens it sees, the present one among them.</param>
/// <param name="Bias">Whether its projections and the convolution have biases.</param>
internal sealed record ShortConvolutionArchitecture(int Kernel, bool Bias);
