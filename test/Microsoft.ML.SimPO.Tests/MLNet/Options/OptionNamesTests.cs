using System.Text.RegularExpressions;

namespace Microsoft.ML.SimPO;

/// <summary>The table of docs/names.md names options that there are, under the names that recipes have for them.</summary>
public class OptionNamesTests
{
    [Fact]
    public void Every_name_of_the_table_is_that_of_an_option_with_the_recipes_name_beside_it()
    {
        List<string> faults = [];
        int rows = 0;
        foreach (Match row in Regex.Matches(File.ReadAllText(Repository.PathOf("docs", "names.md")), @"(?m)^\| `(\w+)`[^|]*\|[^|]*\| `([\w.]+)` \|"))
        {
            rows++;
            (string theirs, string ours) = (row.Groups[1].Value, row.Groups[2].Value);
            bool isLora = ours.StartsWith("Lora.", StringComparison.Ordinal);
            string? key = OptionProperty.Find(isLora ? typeof(LoraOptions) : typeof(SimPOTrainer.Options), isLora ? ours[5..] : ours)?.RecipeKey;
            bool differs = theirs is "simpo_gamma" or "cpo_alpha" or "per_device_train_batch_size"; // whose values mean something else, too
            if (key is null || (!differs && key != theirs)) faults.Add($"{theirs}: {ours} is {key ?? "no option"}");
        }
        Assert.Equal(31, rows);
        Assert.Empty(faults);
    }
}
