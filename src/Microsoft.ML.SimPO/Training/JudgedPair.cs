namespace Microsoft.ML.SimPO;

/// <summary>A pair of the validation data, and how a model in training tells its answers apart.</summary>
public sealed record JudgedPair
{
    internal JudgedPair(string prompt, string chosen, string rejected, double margin) =>
        (Prompt, Chosen, Rejected, Margin) = (prompt, chosen, rejected, margin);

    /// <summary>The prompt, without special tokens.</summary>
    public string Prompt { get; }

    /// <summary>The preferred answer, likewise.</summary>
    public string Chosen { get; }

    /// <summary>The other answer, likewise.</summary>
    public string Rejected { get; }

    /// <summary>The reward of the preferred answer minus that of the other; below 0 where the model has the other one for the better.</summary>
    public double Margin { get; }
}
