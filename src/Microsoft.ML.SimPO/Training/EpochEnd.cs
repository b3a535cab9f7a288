namespace Microsoft.ML.SimPO.Training;

/// <summary>What becomes of the pairs at the end of an epoch that do not fill a step.</summary>
internal enum EpochEnd
{
    /// <summary>They are a step of their own. A step is cut into micro-batches by tokens, which does not change its result.</summary>
    OwnStep,

    /// <summary>As TRL 0.24: micro-batches have a number of pairs, and those that are left are a step of their own.</summary>
    OwnStepOfMicroBatches,

    /// <summary>As the SimPO reference (transformers 4.44.2): the count of micro-batches runs on into the next epoch.</summary>
    AcrossEpochs,
}
