using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Names of the columns that make a pair, for data whose names are not recognised. What is null is recognised by its usual names
/// (<c>prompt</c>, <c>question</c>, <c>instruction</c>, ...; <c>chosen</c>, <c>preferred</c>, <c>winner</c>, ...). A name may lead into an
/// object: <c>answers.good</c>.
/// </summary>
public sealed class PreferenceColumns
{
    /// <summary>The prompt: text, or a list of messages.</summary>
    public string? Prompt { get; set; }

    /// <summary>Text that belongs to the prompt, on a line of its own after it; where it is empty it adds nothing.</summary>
    public string? Input { get; set; }

    /// <summary>The system message.</summary>
    public string? System { get; set; }

    /// <summary>The earlier turns: a list of messages, or of pairs of a question and its answer.</summary>
    public string? History { get; set; }

    /// <summary>The preferred answer: text, a message, or a conversation that ends with it.</summary>
    public string? Chosen { get; set; }

    /// <summary>The other answer: text, a message, or a conversation that ends with it.</summary>
    public string? Rejected { get; set; }

    /// <summary>The score of the preferred answer.</summary>
    public string? ScoreChosen { get; set; }

    /// <summary>The score of the other answer.</summary>
    public string? ScoreRejected { get; set; }

    /// <summary>
    /// A list of answers (<see cref="PreferenceFormat.RatedList"/>), or the one answer of a row (<see cref="PreferenceFormat.RatedRows"/>).
    /// </summary>
    public string? Responses { get; set; }

    /// <summary>The scores of <see cref="Responses"/>, a list of as many or one number.</summary>
    public string? Scores { get; set; }

    /// <summary>The names that are set, in a line.</summary>
    public override string ToString() => OptionsText.Of("names", this);
}
