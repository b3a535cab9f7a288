using Microsoft.Data.Analysis;
using Microsoft.ML.SimPO.Data.Statistics;

namespace Microsoft.ML.SimPO;

/// <summary>
/// What is in a preference data set. <see cref="ToString"/> is a table for the console, <see cref="ToDataFrame"/> one for a notebook.
/// </summary>
public sealed partial record PreferenceStatistics
{
    internal PreferenceStatistics()
    {
    }

    /// <summary>`tokens` or `characters`: what lengths are counted in.</summary>
    public string Unit { get; internal init; } = null!;

    /// <summary>Rows of the input that were looked at.</summary>
    public long RowsRead { get; internal init; }

    /// <summary>Pairs that were kept; all other figures are about them.</summary>
    public long RowsKept { get; internal init; }

    /// <summary>Rows that were dropped, by reason.</summary>
    public IReadOnlyList<DroppedRows> Dropped { get; internal init; } = null!;

    /// <summary>Lengths of the prompts, all of their turns together.</summary>
    public LengthDistribution Prompt { get; internal init; } = null!;

    /// <summary>Lengths of the chosen answers.</summary>
    public LengthDistribution Chosen { get; internal init; } = null!;

    /// <summary>Lengths of the rejected answers.</summary>
    public LengthDistribution Rejected { get; internal init; } = null!;

    /// <summary>Lengths of the prompts together with the longer of their answers.</summary>
    public LengthDistribution Pair { get; internal init; } = null!;

    /// <summary>How far length gives away the chosen answer.</summary>
    public LengthBias LengthBias { get; internal init; } = null!;

    /// <summary>Pairs that came before.</summary>
    public long DuplicatePairs { get; internal init; }

    /// <summary>Pairs whose prompt came before, up to case and white space.</summary>
    public long DuplicatePrompts { get; internal init; }

    /// <summary>Pairs with a system message.</summary>
    public long WithSystem { get; internal init; }

    /// <summary>Pairs by the number of turns of user and assistant in the prompt; 1 is a single question.</summary>
    public IReadOnlyDictionary<int, long> Turns { get; internal init; } = null!;

    /// <summary>Pairs with a score for both answers.</summary>
    public long WithScores { get; internal init; }

    /// <summary>Mean lead of the chosen answer's score, or null where no pair has scores.</summary>
    public double? MeanScoreGap { get; internal init; }

    /// <summary>The table for the console.</summary>
    public override string ToString() => StatisticsTable.Text(this);

    /// <summary>One row for each part of a pair (`Prompt`, `Chosen`, `Rejected`, `Pair`) with its length distribution.</summary>
    public DataFrame ToDataFrame() => StatisticsTable.Lengths(this);

    /// <summary>One row for each reason that rows were dropped for, with their number and the first of them.</summary>
    public DataFrame DroppedToDataFrame() => StatisticsTable.Drops(Dropped);
}
