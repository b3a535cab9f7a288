namespace Microsoft.ML.SimPO;

/// <summary>How the learning rate moves over the steps of a run, after its warm-up. T steps in all, W of them warm-up, i from 0.</summary>
public enum LearningRateScheduler
{
    /// <summary>0.5 (1 + cos(pi (i - W) / (T - W))). The default.</summary>
    Cosine,

    /// <summary>(T - i) / (T - W)</summary>
    Linear,

    /// <summary>1 from the first step on; warm-up is not used.</summary>
    Constant,

    /// <summary>1 after the warm-up.</summary>
    ConstantWithWarmup,

    /// <summary>Linear to 1e-7 in place of 0: Hugging Face's polynomial of power 1.</summary>
    Polynomial,
}
