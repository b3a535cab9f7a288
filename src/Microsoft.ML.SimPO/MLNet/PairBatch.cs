using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO;

/// <summary>Pairs that share a forward pass.</summary>
internal sealed class PairBatch(RowScorer scorer) : IRowBatch<PairScore>
{
    private readonly List<EncodedPair> _pairs = [];
    private int _tokens;

    public bool IsFull => _tokens >= scorer.TokensPerBatch;

    /// <param name="texts">Prompt, chosen and rejected answer.</param>
    public void Add(string[] texts, long row)
    {
        EncodedPair pair = scorer.Encode(texts[0], texts[1], texts[2], row);
        _pairs.Add(pair);
        _tokens += pair.PackedLength;
    }

    public PairScore[] Compute() => scorer.Score(_pairs);
}
