using Microsoft.ML.SimPO.Data.Filters;
using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data.Statistics;

/// <summary>Gathers statistics of pairs as they pass by. It keeps four numbers and two 16-byte keys of each.</summary>
internal sealed class StatisticsCollector(PairMeasure measure, StatisticsLimits limits)
{
    private readonly List<int> _prompt = [], _chosen = [], _rejected = [], _pair = [];
    private readonly HashSet<UInt128> _pairs = [], _prompts = [];
    private readonly SortedDictionary<int, long> _turns = [];
    private long _chosenLonger, _rejectedLonger, _difference, _duplicatePairs, _duplicatePrompts, _withSystem, _withScores;
    private double _gaps;

    public void Add(PreferenceRow row)
    {
        PairLengths lengths = measure.Lengths(row);
        _prompt.Add(lengths.Prompt);
        _chosen.Add(lengths.Chosen);
        _rejected.Add(lengths.Rejected);
        _pair.Add(lengths.Longest);
        _difference += lengths.Chosen - lengths.Rejected;
        if (lengths.Chosen > lengths.Rejected) _chosenLonger++;
        if (lengths.Rejected > lengths.Chosen) _rejectedLonger++;
        if (!_pairs.Add(TextKey.OfPair(row))) _duplicatePairs++;
        if (!_prompts.Add(TextKey.OfPrompt(row.Prompt))) _duplicatePrompts++;
        AddTurns(ConversationText.Parse(row.Prompt).Messages);
        if (row is not { ScoreChosen: { } chosen, ScoreRejected: { } rejected }) return;
        _withScores++;
        _gaps += (double)chosen - rejected;
    }

    public PreferenceStatistics Finish(DropLog log)
    {
        double count = Math.Max(1, _pair.Count);
        return new PreferenceStatistics
        {
            Unit = measure.Unit,
            RowsRead = log.Rows,
            RowsKept = _pair.Count,
            Dropped = log.Drops,
            Prompt = LengthDistribution.Of(_prompt, limits.Prompt),
            Chosen = LengthDistribution.Of(_chosen, limits.Answer),
            Rejected = LengthDistribution.Of(_rejected, limits.Answer),
            Pair = LengthDistribution.Of(_pair, limits.Pair),
            LengthBias = new LengthBias(_chosenLonger / count, _rejectedLonger / count, _difference / count),
            DuplicatePairs = _duplicatePairs,
            DuplicatePrompts = _duplicatePrompts,
            WithSystem = _withSystem,
            Turns = _turns,
            WithScores = _withScores,
            MeanScoreGap = _withScores == 0 ? null : _gaps / _withScores,
        };
    }

    private void AddTurns(IReadOnlyList<Message> turns)
    {
        bool system = turns[0].Role == Message.System;
        if (system) _withSystem++;
        int count = turns.Count(turn => turn.Role is Message.User or Message.Assistant);
        _turns[count] = _turns.GetValueOrDefault(count) + 1;
    }
}
