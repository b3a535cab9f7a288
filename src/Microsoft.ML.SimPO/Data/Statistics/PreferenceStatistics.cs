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
    public required string Unit { get; init; }

    /// <summary>Rows of the input that were looked at.</summary>
    public required long RowsRead { get; init; }

    /// <summary>Pairs that were kept; all other figures are about them.</summary>
    public required long RowsKept { get; init; }

    /// <summary>Rows that were dropped, by reason.</summary>
    public required IReadOnlyList<DroppedRows> Dropped { get; init; }

    /// <summary>Lengths of the prompts, all of their turns together.</summary>
    public required LengthDistribution Prompt { get; init; }

    /// <summary>Lengths of the chosen answers.</summary>
    public required LengthDistribution Chosen { get; init; }

    /// <summary>Lengths of the rejected answers.</summary>
    public required LengthDistribution Rejected { get; init; }

    /// <summary>Lengths of the prompts together with the longer of their answers.</summary>
    public required LengthDistribution Pair { get; init; }

    /// <summary>How far length gives away the chosen answer.</summary>
    public required LengthBias LengthBias { get; init; }

    /// <summary>Pairs that came before.</summary>
    public required long DuplicatePairs { get; init; }

    /// <summary>Pairs whose prompt came before, up to case and white space.</summary>
    public required long DuplicatePrompts { get; init; }

    /// <summary>Pairs with a system message.</summary>
    public required long WithSystem { get; init; }

    /// <summary>Pairs by the number of turns of user and assistant in the prompt; 1 is a single question.</summary>
    public required IReadOnlyDictionary<int, long> Turns { get; init; }

    /// <summary>Pairs with a score for both answers.</summary>
    public required long WithScores { get; init; }

    /// <summary>Mean lead of the chosen answer's score, or null where no pair has scores.</summary>
    public required double? MeanScoreGap { get; init; }

    /// <summary>The table for the console.</summary>
    public override string ToString() => StatisticsTable.Text(this);

    /// <summary>One row for each part of a pair (`Prompt`, `Chosen`, `Rejected`, `Pair`) with its length distribution.</summary>
    public DataFrame ToDataFrame() => StatisticsTable.Lengths(this);

    /// <summary>One row for each reason that rows were dropped for, with their number and the first of them.</summary>
    public DataFrame DroppedToDataFrame() => StatisticsTable.Drops(Dropped);
}
