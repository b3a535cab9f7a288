namespace Microsoft.ML.SimPO.Checkpoints;

public sealed class ModuleNumbersTests
{
    /// <summary>Going through all of them for each module would be ten billion comparisons.</summary>
    [Fact]
    public void A_name_is_found_without_going_through_all_others()
    {
        var numbers = ModuleNumbers.Of([.. Enumerable.Range(0, 100_000).Select(i => KeyValuePair.Create($"layers_{i}_proj", (double)i))]);
        var meter = new WorkMeter();
        meter.Do("names", () => Enumerable.Range(0, 100_000).All(i => numbers.Find($"model.layers_{99_999 - i}_proj") == 99_999 - i) ? "found" : "wrong");
        Assert.StartsWith("1 found\t", meter.ToString(), StringComparison.Ordinal);
        Assert.InRange(meter.Milliseconds, 0, WorkMeter.MostTime);
        Assert.Null(numbers.Find("model.layers_100000_proj"));
    }

    [Fact]
    public void More_names_or_expressions_than_any_adapter_has_are_refused()
    {
        foreach ((int count, string format) in new[] { (100_001, "layers_{0}"), (1001, "layers_{0}.*x") })
        {
            Assert.StartsWith(
                "There are more than 100000 names, or more than 1000 expressions.",
                Assert.Throws<ArgumentException>(() => ModuleNumbers.Of(
                    [.. Enumerable.Range(0, count).Select(i => KeyValuePair.Create(format.Replace("{0}", $"{i}", StringComparison.Ordinal), 1.0))])).Message,
                StringComparison.Ordinal);
        }
    }
}
