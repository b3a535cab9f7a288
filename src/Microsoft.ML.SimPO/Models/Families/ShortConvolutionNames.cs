namespace Microsoft.ML.SimPO.Models.Families;

/// <summary>What a family calls the tensors of a short convolution, as <see cref="LayerNames"/>.</summary>
internal sealed record ShortConvolutionNames
{
    public string Input { get; init; } = "conv.in_proj";

    public string Kernel { get; init; } = "conv.conv";

    public string Output { get; init; } = "conv.out_proj";
}
