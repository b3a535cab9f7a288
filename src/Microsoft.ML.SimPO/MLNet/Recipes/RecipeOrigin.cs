namespace Microsoft.ML.SimPO;

/// <summary>Where the value of a setting comes from.</summary>
public enum RecipeOrigin
{
    /// <summary>The recipe's file.</summary>
    Recipe,

    /// <summary>Set beside the file: <see cref="RecipeOptions.Overrides"/>.</summary>
    Override,

    /// <summary>What the trainer that the recipe is written for takes where it says nothing.</summary>
    Default,
}
