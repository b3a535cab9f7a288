namespace Microsoft.ML.SimPO;

/// <summary>A row of preference data, as an application might declare it.</summary>
public sealed class TextPair
{
    public string Prompt { get; set; } = "";

    public string Chosen { get; set; } = "";

    public string Rejected { get; set; } = "";
}
