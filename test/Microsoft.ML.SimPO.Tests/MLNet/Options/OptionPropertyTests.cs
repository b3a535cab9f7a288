using System.Reflection;

namespace Microsoft.ML.SimPO;

public class OptionPropertyTests
{
    public static TheoryData<Type> Classes
    {
        get
        {
            var classes = new TheoryData<Type>();
            foreach (Type type in All) classes.Add(type);
            return classes;
        }
    }

    /// <summary>
    /// Every class of options of a trainer or a model, in the library and in these tests, and the classes of options that are options of these.
    /// </summary>
    private static Type[] All
    {
        get
        {
            Type[] found =
            [
                .. new[] { typeof(ScoringOptions).Assembly, typeof(OptionPropertyTests).Assembly }
                    .SelectMany(a => a.GetTypes()).Where(t => t.IsAssignableTo(typeof(ScoringOptions))),
            ];
            IEnumerable<Type> nested = found.SelectMany(t => t.GetProperties()).Select(p => p.PropertyType)
                .Where(t => t.Name.EndsWith("Options", StringComparison.Ordinal));
            return [.. found.Concat(nested).Distinct()];
        }
    }

    [Fact]
    public void The_classes_are_found() =>
        Assert.Superset(
            new HashSet<Type> { typeof(ScoringOptions), typeof(PreferenceTrainerOptions), typeof(SimPOTrainer.Options), typeof(LoraOptions),
                typeof(DummyTrainer.Options) },
            All.ToHashSet());

    [Theory]
    [MemberData(nameof(Classes))]
    public void No_option_is_without_its_description(Type options) => Assert.Equal(
        options.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.SetMethod is { IsPublic: true }).Select(p => p.Name).Order(),
        OptionProperty.Of(options).Select(o => o.Name).Order());

    [Theory]
    [MemberData(nameof(Classes))]
    public void No_two_options_have_a_name_in_recipes(Type options)
    {
        string[] keys = [.. OptionProperty.Of(options).Select(o => o.RecipeKey).OfType<string>()];
        Assert.Equal(keys.Distinct(), keys);
        Assert.All(keys, key => Assert.Matches("^[a-z0-9]+(_[a-z0-9]+)*$", key));
    }

    /// <summary>An option that no file can say is an object of the program's.</summary>
    [Theory]
    [MemberData(nameof(Classes))]
    public void What_a_recipe_cannot_say_is_an_object(Type options) => Assert.All(
        OptionProperty.Of(options).Where(o => o.RecipeKey is null), o => Assert.False(o.Type.IsValueType || o.Type == typeof(string), o.Name));

    [Theory]
    [MemberData(nameof(Classes))]
    public void Defaults_are_possible(Type options)
    {
        if (options.IsAbstract) return;
        object made = Activator.CreateInstance(options)!;
        Assert.Empty(OptionProperty.Of(options).Select(o => o.Fault(made)).OfType<string>());
    }

    [Fact]
    public void What_tells_runs_apart_has_the_names_and_values_that_it_always_had()
    {
        var options = new SimPOTrainer.Options { PairsPerMicroBatch = 2, Lora = new LoraOptions { Rank = 4 } };
        Dictionary<string, string> expected = new()
        {
            ["Beta"] = "2", ["GammaBetaRatio"] = "0.5", ["LossType"] = "Sigmoid", ["LabelSmoothing"] = "0", ["SftWeight"] = "0", ["SftNormalization"] = "Pair",
            ["Compatibility"] = "None", ["LearningRate"] = "5E-07", ["LearningRateScheduler"] = "Cosine", ["WarmupRatio"] = "0.1", ["WarmupSteps"] = "not set",
            ["Epochs"] = "1", ["BatchSize"] = "8", ["DropLast"] = "False", ["KeepPromptsTogether"] = "False", ["Shuffle"] = "True", ["WeightDecay"] = "0",
            ["MaxGradNorm"] = "1", ["AdamBeta1"] = "0.9",
            ["AdamBeta2"] = "0.999", ["AdamEpsilon"] = "1E-08", ["PairsPerMicroBatch"] = "2", ["Lora"] = "rank 4, alpha 32 on all-linear",
        };
        Assert.Equal(expected.OrderBy(e => e.Key), RunSettings.Deciding(options).OrderBy(e => e.Key));
        Dictionary<string, string> rounding = new() { ["TokensPerMicroBatch"] = "4096", ["GradientCheckpointing"] = "False" };
        Assert.Equal(rounding.OrderBy(e => e.Key), RunSettings.Cutting(options).OrderBy(e => e.Key));
    }

    /// <summary>Another value of any option of an adapter makes its text another one, by which runs are told apart.</summary>
    [Fact]
    public void The_text_of_an_adapters_options_has_them_all()
    {
        string usual = new LoraOptions().ToString();
        Assert.All(OptionProperty.Of(typeof(LoraOptions)), option =>
        {
            var changed = new LoraOptions();
            option.Set(changed, option.Get(changed) switch
            {
                int number => number + 1,
                double number => number + 1,
                bool flag => !flag,
                IReadOnlyList<string> => (object)new[] { "q_proj" },
                var other => throw new NotSupportedException($"{option.Name} is {other}"),
            });
            Assert.NotEqual(usual, changed.ToString());
        });
    }

    [Theory]
    [InlineData("Beta", "be greater than 0")]
    [InlineData("GammaBetaRatio", "be 0 or more")]
    [InlineData("BatchSize", "be at least 1")]
    [InlineData("WarmupRatio", "be from 0 to 1")]
    [InlineData("LabelSmoothing", "be from 0 to below 0.5")]
    [InlineData("LossType", "be Sigmoid or Hinge")]
    [InlineData("Compatibility", "be one of None, SimPOReference, Trl024, Trl116")]
    [InlineData("OutputPath", "name a folder")]
    [InlineData("Shuffle", null)]
    public void A_range_is_a_sentences_rest(string option, string? range) =>
        Assert.Equal(range, OptionProperty.Find(typeof(SimPOTrainer.Options), option)!.Range);
}
