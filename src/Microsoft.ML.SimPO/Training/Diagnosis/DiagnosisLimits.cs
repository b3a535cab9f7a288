namespace Microsoft.ML.SimPO;

/// <summary>
/// From where on a run is not well: what <c>mlContext.Alignment.Diagnose</c> and a fit in progress judge by. The defaults are for SimPO. They never change.
/// </summary>
public sealed record DiagnosisLimits
{
    /// <summary>Nats a token by which the chosen answers' mean log-probability may fall before <c>collapse</c> warns. Default 0.3.</summary>
    public double CollapseWarning { get; init; } = 0.3;

    /// <summary>The same, before it is an error. Default 1.</summary>
    public double CollapseError { get; init; } = 1;

    /// <summary>Reward margin over beta from which <c>collapse</c> warns. Default 1.5.</summary>
    public double MarginWarning { get; init; } = 1.5;

    /// <summary>The same, from which it is an error. Default 3.</summary>
    public double MarginError { get; init; } = 3;

    /// <summary>The share of the first five steps' median below which three gradient norms in a row are a <c>dead-gradient</c>. Default 0.001.</summary>
    public double VanishedGradient { get; init; } = 1e-3;

    /// <summary>How many times the best 8-step mean of the loss the newest may be for ten steps before <c>diverging</c> warns. Default 1.5.</summary>
    public double DivergenceWarning { get; init; } = 1.5;

    /// <summary>The same, from which it is an error at once. Default 3.</summary>
    public double DivergenceError { get; init; } = 3;

    /// <summary>By how much the mean loss must have risen at least for <c>diverging</c>: a loss near 0 is no worse at twice as much. Default 0.1.</summary>
    public double DivergenceRise { get; init; } = 0.1;

    /// <summary>The share of the target margin that a run must reach by its end, or there is <c>poor-separation</c>. Default 0.25.</summary>
    public double PoorSeparation { get; init; } = 0.25;

    /// <summary>How little the loss moves in the second half of a run, as a share of itself, where there is a <c>plateau</c>. Default 0.01.</summary>
    public double Plateau { get; init; } = 0.01;

    /// <summary>Share of answers that reach the limit of tokens from which <c>loops</c> warns, if there are twice as many as before. Default 0.25.</summary>
    public double LoopsWarning { get; init; } = 0.25;

    /// <summary>The same, from which it is an error. Default 0.5.</summary>
    public double LoopsError { get; init; } = 0.5;

    /// <summary>The share of different sequences of four tokens in an answer below which <c>loops</c> warns. Default 0.5.</summary>
    public double LeastDistinct { get; init; } = 0.5;

    /// <summary>Nats a token by which held-out chosen answers may become less likely before <c>forgetting</c> warns. Default 0.1.</summary>
    public double ForgettingWarning { get; init; } = 0.1;

    /// <summary>The same, from which it is an error. Default 0.5.</summary>
    public double ForgettingError { get; init; } = 0.5;

    /// <summary>The factor of the answers' length above which <c>length</c> warns. Default 1.5.</summary>
    public double LongerAnswers { get; init; } = 1.5;

    /// <summary>The factor of the answers' length below which <c>length</c> warns. Default 0.67.</summary>
    public double ShorterAnswers { get; init; } = 0.67;

    /// <summary>The share of a hundred pairs or more that the answers' length alone gets right, above which <c>length</c> warns. Default 0.65.</summary>
    public double LengthAlone { get; init; } = 0.65;

    /// <summary>gamma over beta above which <c>configuration</c> warns. Default 1.</summary>
    public double RatioWarning { get; init; } = 1;

    /// <summary>The same, above which it is an error. Default 2.</summary>
    public double RatioError { get; init; } = 2;

    /// <summary>The least usual beta. Default 1.</summary>
    public double LeastBeta { get; init; } = 1;

    /// <summary>The highest usual beta. Default 10.</summary>
    public double MostBeta { get; init; } = 10;

    /// <summary>How many times the highest usual learning rate of a model's size is an error. Default 10.</summary>
    public double RateError { get; init; } = 10;

    /// <summary>Pairs of a step below which <c>configuration</c> warns, for full tuning of a thousand million weights or more. Default 32.</summary>
    public int LeastBatch { get; init; } = 32;

    /// <summary>The share of the memory that a run may need before <c>memory</c> warns; above all of it, it is an error. Default 0.9.</summary>
    public double MemoryWarning { get; init; } = 0.9;

    /// <summary>Memory of the device in bytes; null, the default, for that of this machine.</summary>
    public long? DeviceBytes { get; init; }

    /// <summary>SimPO's beta, for a log that does not tell it. Null, the default, for what the log has.</summary>
    public double? Beta { get; init; }

    /// <summary>SimPO's gamma over beta, for a log that does not tell it. Null, the default, for what the log has, else 0.5.</summary>
    public double? GammaBetaRatio { get; init; }

    /// <summary>What is out of range; null for nothing.</summary>
    internal string? Fault()
    {
        foreach (System.Reflection.PropertyInfo property in typeof(DiagnosisLimits).GetProperties())
        {
            if (property.GetValue(this) is not { } value) continue;
            double number = Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture);
            if (!(number >= 0) || !double.IsFinite(number)) return FormattableString.Invariant($"`{property.Name}` must be 0 or more, but was {number}.");
        }
        return null;
    }
}
