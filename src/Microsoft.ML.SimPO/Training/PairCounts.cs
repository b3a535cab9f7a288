using System.Text.Json.Serialization;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO;

/// <summary>What became of the rows that a fit was given, in numbers of pairs.</summary>
public sealed record PairCounts
{
    [JsonConstructor]
    internal PairCounts()
    {
    }

    /// <summary>Pairs that were used.</summary>
    [JsonInclude]
    public long Used { get; internal init; }

    /// <summary>Pairs that were left out because an answer alone is longer than <c>MaxLength</c> allows.</summary>
    [JsonInclude]
    public long DroppedLong { get; internal init; }

    /// <summary>Pairs that were left out because an answer is empty.</summary>
    [JsonInclude]
    public long DroppedEmpty { get; internal init; }

    /// <summary>Of those used: with a prompt that was cut.</summary>
    [JsonInclude]
    public long CutPrompts { get; internal init; }

    /// <summary>Of those used: with an answer that was cut.</summary>
    [JsonInclude]
    public long CutAnswers { get; internal init; }

    /// <summary>Of those used: with equal answers, which teach nothing.</summary>
    [JsonInclude]
    public long EqualAnswers { get; internal init; }

    internal static PairCounts Of(EncodingStatistics statistics) => new()
    {
        Used = statistics.Encoded,
        DroppedLong = statistics.DroppedLong,
        DroppedEmpty = statistics.DroppedEmpty,
        CutPrompts = statistics.CutPrompts,
        CutAnswers = statistics.CutAnswers,
        EqualAnswers = statistics.EqualAnswers,
    };
}
