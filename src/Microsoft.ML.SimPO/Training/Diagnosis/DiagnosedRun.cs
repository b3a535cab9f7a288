namespace Microsoft.ML.SimPO.Training.Diagnosis;

/// <summary>What is known of a run before its first step.</summary>
/// <param name="PairsPerStep">Pairs in a whole step.</param>
/// <param name="LearningRate">The highest of the run.</param>
internal sealed record DiagnosedRun(int PairsPerStep, double LearningRate)
{
    /// <summary>The option that holds chosen answers where they are; null where the method has none.</summary>
    public string? Anchor { get; init; }

    /// <summary>Where rewards are beta times the mean log-probability of a token and have a target margin: SimPO's beta. Null elsewhere.</summary>
    public double? Beta { get; init; }

    /// <summary>That margin over beta: gamma_beta_ratio.</summary>
    public double TargetRatio { get; init; }

    /// <summary>Whether the loss has steps without a gradient in a healthy run, as a hinge has.</summary>
    public bool HasZeroGradients { get; init; }

    /// <summary>Whether log-probabilities are means over tokens, as they are here whatever the method, and not sums.</summary>
    public bool HasTokenMeans { get; init; } = true;

    /// <summary>What the length of the answers alone tells of the pairs; null where that is not known.</summary>
    public (double Share, bool IsLonger)? LengthAlone { get; init; }

    /// <summary>Steps of a line of the log, whose figures are means over them.</summary>
    public int StepsPerLine { get; init; } = 1;
}
