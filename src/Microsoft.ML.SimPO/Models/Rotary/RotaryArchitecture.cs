namespace Microsoft.ML.SimPO.Models.Rotary;

/// <summary>A rotary position embedding. The formulas of the scalings are at <see cref="RotaryFrequencies"/>.</summary>
internal sealed record RotaryArchitecture
{
    /// <summary>How many dimensions of a head are turned; the rest stay.</summary>
    public required int Dimensions { get; init; }

    public required double Base { get; init; }

    public required int MaxPositions { get; init; }

    public RotaryScaling Scaling { get; init; }

    public double Factor { get; init; } = 1;

    /// <summary>The context that the model was first trained with.</summary>
    public double OriginalMaxPositions { get; init; }

    public double LowFrequencyFactor { get; init; } = 1;

    public double HighFrequencyFactor { get; init; } = 4;

    public double BetaFast { get; init; } = 32;

    public double BetaSlow { get; init; } = 1;

    /// <summary>Whether yarn rounds the borders of its ramp.</summary>
    public bool Truncate { get; init; } = true;

    /// <summary>The factor of cosine and sine.</summary>
    public double AttentionFactor { get; init; } = 1;

    /// <summary>Whether a dimension turns with the one beside it, not with the one half of the turned dimensions away.</summary>
    public bool IsInterleaved { get; init; }

    /// <summary>Whether angles run the other way.</summary>
    public bool IsReversed { get; init; }

    /// <summary>Queries are multiplied by 1 + beta ln(1 + floor(position / <see cref="OriginalMaxPositions"/>)), this being beta; 0 for nothing.</summary>
    public double QueryScaleBeta { get; init; }

    /// <summary>What queries at a position are multiplied by.</summary>
    public float QueryScale(int position) => (float)(1 + (QueryScaleBeta * Math.Log(1 + Math.Floor(position / OriginalMaxPositions))));

    public IReadOnlyList<double> ShortFactors { get; init; } = [];

    public IReadOnlyList<double> LongFactors { get; init; } = [];

    public bool DependsOnLength => Scaling is RotaryScaling.Dynamic or RotaryScaling.LongRope;

    /// <summary>Whether sequences of these two lengths turn by the same angles.</summary>
    public bool SameAngles(int length, int otherLength) => Scaling switch
    {
        RotaryScaling.Dynamic => Math.Max(length, MaxPositions) == Math.Max(otherLength, MaxPositions),
        RotaryScaling.LongRope => (length > OriginalMaxPositions) == (otherLength > OriginalMaxPositions),
        _ => true,
    };
}
