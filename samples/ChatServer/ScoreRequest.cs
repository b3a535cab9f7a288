namespace ChatServer;

/// <summary>A pair to be scored; the names of its properties are those of the model's input columns.</summary>
internal sealed class ScoreRequest
{
    public string Prompt { get; set; } = "";

    public string Chosen { get; set; } = "";

    public string Rejected { get; set; } = "";
}
