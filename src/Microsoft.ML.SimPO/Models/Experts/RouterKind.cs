namespace Microsoft.ML.SimPO.Models.Experts;

/// <summary>How a router chooses and weighs the experts of a token.</summary>
internal enum RouterKind
{
    /// <summary>By softmax over all experts.</summary>
    Softmax,

    /// <summary>By the logits, and weighs by softmax over those of the chosen ones.</summary>
    SoftmaxOfChosen,

    /// <summary>By the logistic function plus a correction that is not trained, within the best groups; it weighs without the correction.</summary>
    Sigmoid,
}
