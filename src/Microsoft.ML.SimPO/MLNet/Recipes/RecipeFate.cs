namespace Microsoft.ML.SimPO;

/// <summary>What becomes of a setting of a recipe.</summary>
public enum RecipeFate
{
    /// <summary>The run does what it says.</summary>
    Honored,

    /// <summary>It says nothing to a run of this library, or nothing that would change its result; <see cref="RecipeSetting.Note"/> says why.</summary>
    Harmless,
}
