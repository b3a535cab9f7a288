using System.Globalization;
using System.Text;
using Xunit;

namespace Microsoft.ML.SimPO;

public sealed class RecipeKeysTests
{
    /// <summary>Set to have the page written anew instead of compared.</summary>
    private const string Variable = "SIMPO_WRITE_RECIPE_KEYS";

    [Fact]
    public void The_page_of_all_settings_is_what_is_read()
    {
        var text = new StringBuilder("""
            # The settings of a recipe

            Each with the default of the SimPO repository's scripts (transformers 4.44.2), or of this library where they do not have it,
            and what becomes of it. Null may always be said.

            | setting | takes | default | fate |
            |---|---|---|---|

            """.ReplaceLineEndings("\n"));
        RecipeKey[] ofSimPO = [.. RecipeKeys.All(typeof(SimPOTrainer.Options))];
        Write(ofSimPO, text);
        foreach (string method in RecipeMethods.Names.Where(m => m != RecipeMethods.SimPO))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## `method: {method}`\n\nWhat it has beside, or with another default.\n\n")
                .Append("| setting | takes | default | fate |\n|---|---|---|---|\n");
            Write(RecipeKeys.All(RecipeMethods.Of(method)!).Except(ofSimPO), text);
        }
        string path = Repository.PathOf("docs", "recipe-keys.md");
        if (Environment.GetEnvironmentVariable(Variable) is not null) File.WriteAllText(path, text.ToString());
        Assert.Equal(File.ReadAllText(path).ReplaceLineEndings("\n"), text.ToString());
    }

    private static void Write(IEnumerable<RecipeKey> keys, StringBuilder text)
    {
        foreach (RecipeKey key in keys)
        {
            string other = key.Only is null ? ""
                : key.Only.Length == 0 ? $"; another value is refused: {key.Refusal}"
                : $"; values other than {string.Join(", ", key.Only.Select(o => $"`{o}`"))} are refused: {key.Refusal}";
            string fate = key.Why is null ? "honored" : $"harmless: {key.Why}";
            text.Append(CultureInfo.InvariantCulture, $"| `{key.Name}` | {key.Kind.ToString().ToLowerInvariant()} | `{key.Default}` | {fate}{other} |\n");
        }
    }

    [Fact]
    public void Every_option_with_a_recipe_name_is_a_setting()
    {
        string[] names = [.. RecipeKeys.All(typeof(SimPOTrainer.Options)).Select(k => k.Name)];
        Assert.All(OptionProperty.Of(typeof(SimPOTrainer.Options)).Select(o => o.RecipeKey).OfType<string>(), key => Assert.Contains(key, names));
        Assert.Equal(names.Distinct(), names);
        IEnumerable<string> honored = OptionProperty.Of(typeof(SimPOTrainer.Options)).Select(o => o.RecipeKey).OfType<string>()
            .Except(["text_column"]); // of rows without answers, which pairs are not
        Assert.All(honored, key => Assert.Equal(RecipeFate.Honored, RecipeKeys.Find(key, typeof(SimPOTrainer.Options))!.Fate));
    }

    [Fact]
    public void Every_default_is_a_value_of_its_kind_that_is_not_refused() =>
        Assert.All(RecipeKeys.All(typeof(SimPOTrainer.Options)), k => Assert.Null(k.Fault(RecipeValue.Scalar(k.Default.Trim('[', ']')))));

    [Theory]
    [InlineData("ConstantWithWarmup", "constant_with_warmup")]
    [InlineData("Sigmoid", "sigmoid")]
    public void Names_of_enumerations_are_written_as_recipes_do(string name, string written) => Assert.Equal(written, RecipeKeys.SnakeCase(name));
}
