namespace Microsoft.ML.SimPO.Training;

/// <summary>w *= 1 - lr decay; m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; w -= lr / (1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + epsilon)</summary>
/// <param name="DecayNorms">Decay the weights of norms too, as transformers 4.44.2 does for most families. Biases are never decayed.</param>
/// <param name="Float32Norm">
/// Sum the squares of the gradients in float32, as the reference trainers' torch does. Over an embedding of 28 million numbers that norm is 4.5e-5 too small.
/// </param>
internal sealed record AdamWSettings(
    double WeightDecay = 0, double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8, bool DecayNorms = false, bool Float32Norm = false);
