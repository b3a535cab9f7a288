namespace Microsoft.ML.SimPO.Native;

/// <summary>What one AdamW step multiplies and adds: everything of it that is the same for all numbers of a tensor.</summary>
/// <param name="GradientFactor">Of clipping; 1 for none.</param>
/// <param name="WeightFactor">1 - lr * decay</param>
/// <param name="Beta2">Of the second moment.</param>
/// <param name="Towards1">1 - beta1, which a float32 of beta1 would be a millionth off.</param>
/// <param name="Towards2">1 - beta2, which a float32 of beta2 would be a hundred-thousandth off: enough to see in a run of fifty steps.</param>
/// <param name="StepSize">lr / (1 - beta1^t)</param>
/// <param name="SecondRoot">sqrt(1 - beta2^t)</param>
/// <param name="Epsilon">Added behind the root.</param>
internal readonly record struct AdamWCoefficients(
    float GradientFactor, float WeightFactor, float Beta2, float Towards1, float Towards2, float StepSize, float SecondRoot, float Epsilon)
{
    public static AdamWCoefficients Of(int step, double learningRate, double gradientFactor, double weightDecay, double beta1, double beta2, double epsilon) =>
        new((float)gradientFactor, (float)(1 - (learningRate * weightDecay)), (float)beta2, (float)(1 - beta1), (float)(1 - beta2),
            (float)(learningRate / (1 - Math.Pow(beta1, step))), (float)Math.Sqrt(1 - Math.Pow(beta2, step)), (float)epsilon);
}
