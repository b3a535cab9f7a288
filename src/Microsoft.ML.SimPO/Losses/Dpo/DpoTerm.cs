namespace Microsoft.ML.SimPO.Losses.Dpo;

/// <summary>A term of a mix: its function, and what of an answer's log-ratio the function is given.</summary>
/// <param name="Function">Null for the negative log-likelihood of the chosen answer, which is no function of ratios.</param>
internal sealed record DpoTerm(IPairTerm? Function)
{
    /// <summary>Its factor in the mix.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Whether it is given means over an answer's tokens.</summary>
    public bool IsPerToken { get; init; }

    public Matching Matching { get; init; }

    /// <summary>
    /// Whether it looks at the margin of a pair alone, of which an f-divergence may be the measure: those that sort or look at each answer are derived
    /// otherwise.
    /// </summary>
    public bool TakesDivergence => Function is null || (Function is MarginTerm && Matching == Matching.Pairs);

    public static DpoTerm Of(DpoLossType type, double beta, double smoothing, double tau) => type switch
    {
        DpoLossType.Sigmoid => new(new SigmoidTerm(beta, smoothing)),
        DpoLossType.Hinge => new(new HingeTerm(beta)),
        DpoLossType.Ipo => new(new IpoTerm(beta)) { IsPerToken = true },
        DpoLossType.ExoPair => new(new ExoTerm(beta, smoothing)),
        DpoLossType.NcaPair => new(new NcaTerm(beta)),
        DpoLossType.Robust => new(new RobustTerm(beta, smoothing)),
        DpoLossType.BcoPair => new(new BcoTerm(beta)),
        DpoLossType.SppoHard => new(new SppoHardTerm(beta)),
        DpoLossType.Aot => new(new SigmoidTerm(beta, smoothing)) { Matching = Matching.SortedMargins },
        DpoLossType.AotUnpaired => new(new SigmoidTerm(beta, smoothing)) { Matching = Matching.SortedRatios },
        DpoLossType.ApoZero => new(new ApoZeroTerm(beta)),
        DpoLossType.ApoDown => new(new ApoDownTerm(beta)),
        DpoLossType.DiscoPop => new(new DiscoPopTerm(beta, tau)),
        DpoLossType.SigmoidNorm => new(new SigmoidTerm(beta, smoothing)) { IsPerToken = true },
        _ => new((IPairTerm?)null),
    };

    /// <summary>Its value for a pair, and the derivatives with respect to the log-probabilities of both answers.</summary>
    /// <param name="divergence">What becomes of a ratio first.</param>
    /// <param name="perToken">What each token of an answer adds to its ratio.</param>
    public TermLoss Evaluate(GroupScore group, in GroupContext context, DivergenceMap divergence, double perToken)
    {
        (double Value, double Slope) Ratio(AnswerScore answer)
        {
            (double value, double slope) = divergence.Of(answer.LogRatio);
            double count = IsPerToken ? answer.Count : 1;
            return ((value + (perToken * answer.Count)) / count, slope / count);
        }
        (var chosen, var rejected) = (Ratio(group.Chosen), Ratio(group.Rejected));
        TermLoss found = Function!.Evaluate(SortedStep.Match(new LogRatios(chosen.Value, rejected.Value), Matching, group, context));
        return new TermLoss(found.Value, found.Chosen * chosen.Slope, found.Rejected * rejected.Slope);
    }
}
