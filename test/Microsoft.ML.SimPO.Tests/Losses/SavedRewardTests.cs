using System.Reflection;

namespace Microsoft.ML.SimPO.Losses;

public class SavedRewardTests
{
    private static readonly Assembly[] Registered = [typeof(SavedRewardTests).Assembly];

    [Fact]
    public void A_reward_is_saved_by_its_name_and_its_numbers()
    {
        SavedReward saved = SavedReward.Of(new MeanReward(2.5));
        Assert.Equal("mean log-probability", saved.Name);
        Assert.Equal([KeyValuePair.Create("Scale", 2.5)], saved.Numbers);
        IReward restored = saved.Restore([]);
        Assert.Equal(2.5 * (-3.0 / 4), restored.Of(new AnswerScore(-3, 4)));
    }

    [Fact]
    public void A_reward_of_another_assembly_comes_back_where_that_is_registered()
    {
        SavedReward saved = SavedReward.Of(new TargetReward(0.5, 2));
        Assert.Equal(new TargetReward(0.5, 2), saved.Restore(Registered));
        Assert.Equal(
            "The model's reward is 'tests: distance from a target', which no registered assembly declares. Register the one that does with `mlContext.ComponentCatalog.RegisterAssembly` before loading.",
            Assert.Throws<InvalidDataException>(() => saved.Restore([])).Message);
    }

    [Fact]
    public void Numbers_that_are_missing_infinite_or_unknown_are_named_all_at_once()
    {
        var saved = new SavedReward("tests: distance from a target", new Dictionary<string, double> { ["Target"] = double.PositiveInfinity, ["Gamma"] = 1 });
        Assert.Equal(
            "The model's reward 'tests: distance from a target' is damaged: `Scale` is missing. `Target` is Infinity, which is no finite number. `Gamma` is none of its numbers.",
            Assert.Throws<InvalidDataException>(() => saved.Restore(Registered)).Message);
    }

    [Fact]
    public void A_reward_without_a_name_cannot_be_saved() => Assert.Equal(
        $"The reward '{typeof(Nameless)}' has no RewardNameAttribute, so that no saved model could name it.",
        Assert.Throws<InvalidOperationException>(() => SavedReward.Of(new Nameless(1))).Message);

    [Fact]
    public void No_two_rewards_have_the_same_name()
    {
        string[] names = [.. new[] { typeof(IReward).Assembly, Registered[0] }.SelectMany(a => a.GetTypes()).Select(t => t.GetCustomAttribute<RewardNameAttribute>()?.Name).OfType<string>()];
        Assert.Contains("mean log-probability", names);
        Assert.Equal(names.Distinct(), names);
    }

    private sealed record Nameless(double Scale) : IReward
    {
        public double Value(in AnswerScore answer) => 0;
    }
}
