using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>How a recipe is read.</summary>
public sealed class RecipeOptions
{
    /// <summary>
    /// Where models and data sets lie that the recipe has by name: <c>mistralai/Mistral-7B-v0.1</c> to a folder. What is not there is looked for as a path
    /// beside the working directory, and in the caches of Hugging Face's libraries. Default: none.
    /// </summary>
    public IReadOnlyDictionary<string, string> Map { get; set; } = new Dictionary<string, string>();

    /// <summary>Settings that take the place of the recipe's, by key, written as in YAML: <c>--set beta=2.5</c>. Default: none.</summary>
    public IReadOnlyDictionary<string, string> Overrides { get; set; } = new Dictionary<string, string>();

    /// <summary>
    /// A file of <c>accelerate</c> (<c>--config_file</c>), whose number of processes is a factor of the global batch. Null, the default, for none: a recipe of
    /// the SimPO repository is then taken to be for 4 processes, as its files are; any other for 1.
    /// </summary>
    public string? AcceleratePath { get; set; }

    /// <summary>What is not as by default, in a line.</summary>
    public override string ToString() => OptionsText.Of("Recipe", this);
}
