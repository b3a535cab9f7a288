using Microsoft.ML.SimPO.Models;
using TorchSharp;

namespace Microsoft.ML.SimPO.Training;

/// <summary>What the loop needs beside its data and loss.</summary>
internal sealed record TrainingSettings
{
    public required double LearningRate { get; init; }

    public LearningRateScheduler Scheduler { get; init; }

    public double WarmupRatio { get; init; }

    /// <summary>Null for the share of the steps that <see cref="WarmupRatio"/> says.</summary>
    public int? WarmupSteps { get; init; }

    public double MaxGradNorm { get; init; } = 1;

    public AdamWSettings AdamW { get; init; } = new();

    public StepWeighting Weighting { get; init; } = StepWeighting.EachPair;

    /// <summary>How passes are cut and what they keep. Device and precision are the decoder's own.</summary>
    public ComputePlan Plan { get; init; } = ComputePlan.On(torch.CPU);

    /// <summary>Whether look-ups of the padding token's row give it a gradient; Hugging Face says no.</summary>
    public bool LookUpPadding { get; init; } = true;

    /// <summary>The reference model of a method whose reference follows what is trained; null for none.</summary>
    public MovingReference? Reference { get; init; }

    /// <summary>The weight of the routers' auxiliary loss; 0 for none.</summary>
    public double RouterLossWeight { get; init; }

    /// <summary>Whether the rate of the next step is what is reported of a step.</summary>
    public bool ReportsNextRate { get; init; }
}
