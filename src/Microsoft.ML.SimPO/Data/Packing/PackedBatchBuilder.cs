using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Attention;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Data.Packing;

/// <summary>Lays pairs out row by row.</summary>
internal sealed class PackedBatchBuilder
{
    private readonly List<int> _ids = [], _positions = [], _scoredRows = [], _targets = [];
    private readonly List<AttentionSegment> _segments = [];
    private readonly List<PackedPair> _pairs = [];

    /// <param name="shared">Rows of the prefix that both sequences share; null for two whole sequences.</param>
    public void Add(int index, EncodedPair pair, int? shared)
    {
        int start = _ids.Count, scored = _scoredRows.Count;
        if (shared is { } prefix)
        {
            _segments.Add(new AttentionSegment(start, prefix, pair.ChosenIds.Length - prefix, pair.RejectedIds.Length - prefix));
            AddRows(pair.ChosenIds, 0);
            AddRows(pair.RejectedIds, prefix);
            Score(pair.ChosenIds, pair.ChosenPromptLength, i => start + i);
            int rejected = start + pair.ChosenIds.Length;
            Score(pair.RejectedIds, pair.RejectedPromptLength, i => i < prefix ? start + i : rejected + i - prefix);
        }
        else
        {
            AddSequence(pair.ChosenIds, pair.ChosenPromptLength);
            AddSequence(pair.RejectedIds, pair.RejectedPromptLength);
        }
        _pairs.Add(new PackedPair(index, scored, pair.ChosenAnswerLength, pair.RejectedAnswerLength));
    }

    public PackedBatch Build() =>
        new(new TokenBatch([.. _ids], [.. _positions], [.. _segments]), [.. _scoredRows], [.. _targets], [.. _pairs]);

    private void AddSequence(TokenIds ids, int prompt)
    {
        int start = _ids.Count;
        _segments.Add(new AttentionSegment(start, 0, ids.Length, 0));
        AddRows(ids, 0);
        Score(ids, prompt, i => start + i);
    }

    private void AddRows(TokenIds ids, int from)
    {
        for (int i = from; i < ids.Length; i++)
        {
            _ids.Add(ids[i]);
            _positions.Add(i);
        }
    }

    /// <summary>The token at position i is predicted by the row of position i - 1.</summary>
    private void Score(TokenIds ids, int prompt, Func<int, int> rowOf)
    {
        for (int i = prompt; i < ids.Length; i++)
        {
            _scoredRows.Add(rowOf(i - 1));
            _targets.Add(ids[i]);
        }
    }
}
