using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>How preference data are checked.</summary>
public sealed class DataCheckOptions
{
    /// <summary>How the data are read; null, the default, for the defaults.</summary>
    public PreferenceLoadOptions? Loading { get; set; }

    /// <summary>The most tokens of prompt and answer that training would take. At least 2; default 2048.</summary>
    public int MaxLength { get; set; } = 2048;

    /// <summary>Whether training would render prompts and answers with the model's chat template. Default true.</summary>
    public bool ApplyChatTemplate { get; set; } = true;

    /// <summary>What is not as by default, in a line.</summary>
    public override string ToString() => OptionsText.Of("Check", this);
}
