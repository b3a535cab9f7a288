namespace Microsoft.ML.SimPO;

/// <summary>A data set of a recipe.</summary>
public sealed record RecipeDataset
{
    internal RecipeDataset(string name, string path, string split, double fraction) => (Name, Path, Split, Fraction) = (name, path, split, fraction);

    /// <summary>As the recipe has it, such as <c>HuggingFaceH4/ultrafeedback_binarized</c>.</summary>
    public string Name { get; }

    /// <summary>The file or folder.</summary>
    public string Path { get; }

    /// <summary>The split, such as <c>train_prefs</c>.</summary>
    public string Split { get; }

    /// <summary>The share of its first rows that is taken, from 0 to 1.</summary>
    public double Fraction { get; }
}
