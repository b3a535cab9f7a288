namespace ChatServer;

/// <summary>What the model thinks of a pair; the names of the properties are those of its output columns.</summary>
internal sealed class ScoreResponse
{
    public float ChosenReward { get; set; }

    public float RejectedReward { get; set; }

    public float Margin { get; set; }

    public float Probability { get; set; }
}
