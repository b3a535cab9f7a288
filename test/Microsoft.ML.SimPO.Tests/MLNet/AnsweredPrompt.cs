namespace Microsoft.ML.SimPO;

/// <summary>What the text generator adds to a row.</summary>
public sealed class AnsweredPrompt
{
    public int Id { get; set; }

    public string Answer { get; set; } = "";
}
