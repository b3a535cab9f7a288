using System.Reflection;
using System.Xml.Linq;

namespace Microsoft.ML.SimPO;

/// <summary>What the options of each method are by default, and what a method cannot have.</summary>
public class MethodOptionsTests
{
    private readonly MLContext _context = new(seed: 1);

    [Fact]
    public void The_defaults_are_those_of_the_documentation()
    {
        Assert.Equal(0f, new SimPOTrainer.Options().Alpha);
        var cpo = new CpoTrainer.Options();
        Assert.Equal(
            (0.1f, CpoLossType.Sigmoid, 0f, 1f, SftNormalization.Pair),
            (cpo.Beta, cpo.LossType, cpo.LabelSmoothing, cpo.NllWeight, cpo.NllNormalization));
        Assert.Equal((0.1f, SftNormalization.Pair), (new OrpoTrainer.Options().Beta, new OrpoTrainer.Options().NllNormalization));
        Assert.Equal((1f, 1f, 0.1f), (new SlicHfTrainer.Options().Beta, new SlicHfTrainer.Options().Delta, new SlicHfTrainer.Options().Lambda));
        Assert.Equal((1f, 0.1f), (new RrhfTrainer.Options().Beta, new RrhfTrainer.Options().Lambda));
        var sft = new SftTrainer.Options();
        Assert.Equal(
            (1f, 2e-5, RowKind.Pairs, "Response", "Text", SftTokens.Answers, SftLossType.Nll, SftNormalization.StepTokens, false),
            (sft.Beta, sft.LearningRate, sft.Rows, sft.ResponseColumnName, sft.TextColumnName, sft.Tokens, sft.LossType, sft.Normalization, sft.Packing));
    }

    [Fact]
    public void All_faults_of_a_methods_options_are_told_at_once()
    {
        AssertFaults(
            () => _context.Alignment.Trainers.Cpo(new() { ModelPath = "m", Beta = 0, LossType = CpoLossType.Ipo, LabelSmoothing = 0.1f, NllWeight = -1 }),
            "`Beta` must be greater than 0, but was 0. Use 0.01 to 0.1.",
            "`NllWeight` must be 0 or more, but was -1. Use 1, or 0 for none.",
            "`LabelSmoothing` must be 0 with `LossType` Ipo, which has none, but was 0.1.");
        AssertFaults(
            () => _context.Alignment.Trainers.SlicHf(new() { ModelPath = "m", Delta = -1, Lambda = float.NaN, Compatibility = Compatibility.Trl024 }),
            "`Delta` must be 0 or more, but was -1. Use 0.1 to 2.0.",
            "`Lambda` must be 0 or more, but was NaN. Use 0.1 to 10.",
            "`Compatibility` must be another with SlicHf, but was Trl024, which has SimPO, Cpo, Orpo, Sft, Dpo alone. Use None.");
        AssertFaults(
            () => _context.Alignment.Trainers.Orpo(new() { ModelPath = "m", Compatibility = Compatibility.SimPOReference, Rows = RowKind.Responses }),
            "`Compatibility` must be another with Orpo, but was SimPOReference, which has SimPO alone. Use None.",
            "`Rows` must be Pairs with Orpo, which needs a rejected answer, but was Responses.");
        AssertFaults(
            () => _context.Alignment.Trainers.Sft(new()
            {
                ModelPath = "m", Rows = (RowKind)5, TextColumnName = "", Packing = true, KeepPromptsTogether = true, PairsPerMicroBatch = 2,
            }),
            "`Rows` must be Pairs, Responses or Texts, but was 5.",
            "`TextColumnName` must name a column, but was empty.",
            "`KeepPromptsTogether` must be false with `Packing`, which has an order of its own, but was true.",
            "`PairsPerMicroBatch` must be null with `Packing`, which counts tokens, but was 2.");
        AssertFaults(
            () => _context.Alignment.Trainers.SimPO(new() { ModelPath = "m", Alpha = float.PositiveInfinity }),
            "`Alpha` must be from -10 to 10, but was Infinity. Use 0 for SimPO, or 0.1 to 0.5.");
    }

    public static TheoryData<Type> OfMethods => [.. typeof(PreferenceTrainerOptions).Assembly.GetTypes()
        .Where(t => t.IsSubclassOf(typeof(PreferenceTrainerOptions)) && !t.IsAbstract)];

    /// <summary>Whoever sets a number of a method's loss is told where its equation stands, by the option itself or by the values that it may have.</summary>
    [Theory]
    [MemberData(nameof(OfMethods))]
    public void Every_option_of_a_methods_loss_names_its_paper(Type options)
    {
        XElement[] members = [.. XDocument.Load(Path.ChangeExtension(options.Assembly.Location, ".xml")).Descendants("member")];
        string Text(string name) =>
            string.Concat(members.Where(m => ((string)m.Attribute("name")!).StartsWith(name, StringComparison.Ordinal)).Select(m => m.Value));
        PropertyInfo[] own = [.. options.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(p =>
            p.GetCustomAttribute<OptionAttribute>()?.Effect == OptionEffect.Steps && p.Name != "LearningRate" && p.PropertyType != typeof(SftNormalization))];
        Assert.NotEmpty(own);
        Assert.All(own, option =>
        {
            string text = Text($"P:{option.DeclaringType!.FullName!.Replace('+', '.')}.{option.Name}");
            if (option.PropertyType.IsEnum) text += Text($"F:{option.PropertyType.FullName}.");
            bool isNoPart = option.Name == "Beta" && (text.Contains("the loss has none", StringComparison.Ordinal) || options == typeof(RewardTrainer.Options));
            Assert.True(isNoPart || text.Contains("arXiv", StringComparison.Ordinal), $"{option.Name}: {text}");
        });
    }

    /// <summary>Runs from before there was an alpha are SimPO's, and go on.</summary>
    [Fact]
    public void An_alpha_of_0_is_not_said_in_a_runs_state()
    {
        Assert.DoesNotContain("Alpha", RunSettings.Deciding(new SimPOTrainer.Options()).Keys);
        Assert.Equal("0.25", RunSettings.Deciding(new SimPOTrainer.Options { Alpha = 0.25f })["Alpha"]);
    }

    private static void AssertFaults(Func<object> make, params string[] faults)
    {
        const string parameter = " (Parameter 'options')";
        string message = Assert.Throws<ArgumentException>(make).Message;
        Assert.EndsWith(parameter, message, StringComparison.Ordinal);
        Assert.Equal(faults.Order(StringComparer.Ordinal), message[..^parameter.Length].Split(Environment.NewLine).Order(StringComparer.Ordinal));
    }
}
