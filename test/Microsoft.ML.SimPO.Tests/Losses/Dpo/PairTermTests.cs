namespace Microsoft.ML.SimPO.Losses.Dpo;

/// <summary>The functions of two log-ratios that DPO's mixes are made of. A new one is found by itself.</summary>
public class PairTermTests
{
    private static readonly Type[] Types =
        [.. typeof(IPairTerm).Assembly.GetTypes().Where(t => t.IsAssignableTo(typeof(IPairTerm)) && t is { IsAbstract: false, IsInterface: false })];

    /// <summary>Values, and slopes with respect to the chosen and the rejected ratio, of the equations, to 17 digits.</summary>
    private static readonly (IPairTerm Term, double Chosen, double Rejected, TermLoss Expected)[] ByHand =
    [
        (new SigmoidTerm(0.5), 2, -1, new(0.20141327798275241, -0.09121276190317817, 0.09121276190317817)),
        (new SigmoidTerm(0.5), 1, 1, new(0.69314718055994531, -0.25, 0.25)),
        (new SigmoidTerm(0.5, 0.1), 2, -1, new(0.35141327798275241, -0.04121276190317817, 0.04121276190317817)),
        (new HingeTerm(0.5), 1, 0, new(0.5, -0.5, 0.5)),
        (new HingeTerm(0.5), 2, 0, new(0, 0, 0)), // sharp at its margin
        (new HingeTerm(0.5), -1, 1, new(2, -0.5, 0.5)),
        (new IpoTerm(0.5), 2, -1, new(4, 4, -4)),
        (new IpoTerm(0.5), 1, 0, new(0, 0, 0)),
        (new IpoTerm(0.25), 0, 0, new(4, -4, 4)),
        (new ExoTerm(0.5, 0.1), 2, -1, new(0.031138796406299118, -0.051994286002967264, 0.051994286002967264)),
        (new ExoTerm(0.5, 0.1), 3, 3, new(0.51082562376599068, -0.27465307216702742, 0.27465307216702742)),
        (new ExoTerm(0.5, 0.1), 0, 2, new(1.1294572832079381, -0.3143062525786269, 0.3143062525786269)),
        (new RobustTerm(0.5, 0.1), 2, -1, new(0.013913277982752409, -0.15371276190317817, 0.15371276190317817)),
        (new RobustTerm(0.5, 0.1), 0, 0, new(0.69314718055994531, -0.3125, 0.3125)),
        (new RobustTerm(0.5, 0.1), 0, 2, new(1.4382616875182228, -0.42802928931500244, 0.42802928931500244)),
        (new DiscoPopTerm(0.1, 0.05), 1, 0, new(0.87379211867318776, -0.030670984345139522, 0.030670984345139522)),
        (new DiscoPopTerm(0.1, 0.05), 0, 0, new(0.84657359027997265, 0.078426409720027345, -0.078426409720027345)),
        (new DiscoPopTerm(0.1, 0.05), 0, 2, new(0.80575178255453471, -0.041239325968524316, 0.041239325968524316)),
        (new NcaTerm(0.5), 2, -1, new(1.2069310233673876, 0.048293933972503659, 0.094385167199536359)),
        (new NcaTerm(0.5), 0, 0, new(1.3862943611198906, -0.125, 0.125)),
        (new NcaTerm(0.5), -3, 4, new(2.8655839224956149, -0.36318085714523274, 0.22019926949447061)),
        (new BcoTerm(0.5), 2, -1, new(0.78733867169832951, -0.13447071068499756, 0.18877033439907272)),
        (new BcoTerm(0.5), 0, 0, new(1.3862943611198906, -0.25, 0.25)),
        (new BcoTerm(0.5), -3, 4, new(3.8283412890257249, -0.40878723809682183, 0.44039853898894122)),
        (new SppoHardTerm(0.5), 2, -1, new(1, 2, 0)),
        (new SppoHardTerm(0.5), 0, 0, new(2, -2, 2)),
        (new SppoHardTerm(0.25), 2, -3, new(1, 0, -2)),
        (new ApoZeroTerm(0.5), 2, -1, new(0.64648209016814056, -0.098305966620740926, 0.11750185610079724)),
        (new ApoZeroTerm(0.5), 0, 0, new(1, -0.125, 0.125)),
        (new ApoZeroTerm(0.5), -3, 4, new(1.6983715541715261, -0.074573226035166428, 0.052496792701753259)),
        (new ApoDownTerm(0.5), 2, -1, new(0.91348410243636122, 0.023732740585574498, 0.074573226035166428)),
        (new ApoDownTerm(0.5), 0, 0, new(1, 0, 0.125)),
        (new ApoDownTerm(0.5), -3, 4, new(1.153113293055, 0.060346714095298648, 0.01422651193986778)),
    ];

    public static TheoryData<string> Names => [.. Types.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Values_and_slopes_are_those_found_by_hand(string name)
    {
        var cases = ByHand.Where(c => c.Term.GetType().Name == name).ToArray();
        Assert.True(cases.Length >= 3, $"{name} needs three cases, but has {cases.Length}.");
        foreach ((IPairTerm term, double chosen, double rejected, TermLoss expected) in cases)
        {
            TermLoss found = term.Evaluate(new LogRatios(chosen, rejected));
            Assert.Equal(expected.Value, found.Value, 1e-14);
            Assert.Equal(expected.Chosen, found.Chosen, 1e-14);
            Assert.Equal(expected.Rejected, found.Rejected, 1e-14);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Finite_differences_confirm_the_slopes(string name)
    {
        const double h = 1e-5;
        var random = new Random(7);
        Type type = Types.Single(t => t.Name == name);
        for (int i = 0; i < 200; i++)
        {
            IPairTerm term = Make(type, random);
            (double chosen, double rejected) = (Number(random), Number(random));
            double Value(double c, double r) => term.Evaluate(new LogRatios(c, r)).Value;
            TermLoss at = term.Evaluate(new LogRatios(chosen, rejected));
            AssertNear((Value(chosen + h, rejected) - Value(chosen - h, rejected)) / (2 * h), at.Chosen);
            AssertNear((Value(chosen, rejected + h) - Value(chosen, rejected - h)) / (2 * h), at.Rejected);
        }
    }

    /// <summary>An answer that the policy takes to be impossible, or the reference: no value or slope is lost to an infinity.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Ratios_of_ten_thousand_nats_stay_finite(string name)
    {
        var random = new Random(8);
        Type type = Types.Single(t => t.Name == name);
        foreach ((double chosen, double rejected) in new[] { (-1e4, 0.0), (1e4, 0.0), (0.0, -1e4), (0.0, 1e4), (-1e4, 1e4), (1e4, -1e4), (-1e4, -1e4) })
        {
            TermLoss found = Make(type, random).Evaluate(new LogRatios(chosen, rejected));
            Assert.All([found.Value, found.Chosen, found.Rejected], v => Assert.True(double.IsFinite(v), $"{found} at {chosen} and {rejected}"));
        }
    }

    /// <summary>Without doubt, labels are as they are: what knows of smoothing is the loss without it.</summary>
    [Fact]
    public void Without_smoothing_the_robust_loss_is_the_sigmoid_loss()
    {
        var ratios = new LogRatios(1.5, -0.25);
        (TermLoss robust, TermLoss sigmoid) = (new RobustTerm(0.7, 0).Evaluate(ratios), new SigmoidTerm(0.7).Evaluate(ratios));
        Assert.Equal(sigmoid.Value, robust.Value, 1e-15);
        Assert.Equal(sigmoid.Chosen, robust.Chosen, 1e-15);
    }

    /// <summary>At e^-8 of doubt EXO is the reverse KL divergence from a near certain teacher, so its slope pulls towards a margin of 8.</summary>
    [Fact]
    public void Exo_is_flat_where_the_policy_is_as_sure_as_the_labels()
    {
        double smoothing = Logistic.Of(-8);
        TermLoss found = new ExoTerm(0.5, smoothing).Evaluate(new LogRatios(16, 0));
        Assert.Equal(0, found.Value, 1e-14);
        Assert.Equal(0, found.Chosen, 1e-14);
    }

    private static IPairTerm Make(Type type, Random random) => (IPairTerm)Activator.CreateInstance(
        type, [.. type.GetConstructors().Single().GetParameters().Select(_ => (object)(0.05 + (0.4 * random.NextDouble())))])!;

    private static double Number(Random random) => 8 * (random.NextDouble() - 0.5);

    private static void AssertNear(double expected, double found) =>
        Assert.InRange(found, expected - (1e-6 * Math.Max(1, Math.Abs(expected))), expected + (1e-6 * Math.Max(1, Math.Abs(expected))));
}
