namespace Microsoft.ML.SimPO;

/// <summary>An answer that is said to be a good one or not.</summary>
public sealed class LabelledResponse
{
    public string Prompt { get; set; } = "";

    public string Response { get; set; } = "";

    public bool Label { get; set; }
}
