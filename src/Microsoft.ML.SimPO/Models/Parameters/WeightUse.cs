namespace Microsoft.ML.SimPO.Models.Parameters;

/// <summary>What weights are entered for: it says which of their tensors are there until they are left.</summary>
internal enum WeightUse
{
    /// <summary>To compute with them: <see cref="WeightStorage.Compute"/>.</summary>
    Forward,

    /// <summary>
    /// To compute with them and to add to gradients: <see cref="WeightStorage.Compute"/>, and <see cref="WeightStorage.Gradient"/> of those that are trained.
    /// </summary>
    Backward,

    /// <summary>To save or compare them: <see cref="WeightStorage.Value"/>, and the moments of those that are trained. Nothing is changed.</summary>
    Read,

    /// <summary>
    /// To set them: <see cref="WeightStorage.Value"/>, and the moments of those that are trained. What layers compute with follows when they are left.
    /// </summary>
    Write,

    /// <summary>To add up or clear the gradients of those that are trained: <see cref="WeightStorage.OwnedGradient"/>. No weight changes.</summary>
    Gradients,

    /// <summary>
    /// To move those that are trained: <see cref="WeightStorage.OwnedValue"/>, <see cref="WeightStorage.OwnedGradient"/>, moments. What layers compute with
    /// follows when they are left.
    /// </summary>
    Update,
}
