using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Layers;

/// <summary>A norm that a family may lack.</summary>
internal static class OptionalNorm
{
    /// <param name="norm">Null for none: rows stay as they are.</param>
    /// <param name="input">[N, D]</param>
    /// <returns>[N, D], and what the norm's backward pass wants again; null where there is no norm.</returns>
    public static (Tensor Output, Tensor? Statistics) Forward(INorm? norm, Tensor input) => norm is null ? (input, null) : norm.Forward(input);
}
