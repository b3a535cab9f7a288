using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO;

/// <summary>Pairs that share a forward pass. A response alone is the chosen answer of a pair whose other answer is empty, which costs its end token.</summary>
/// <param name="scorer">Scores them.</param>
/// <param name="part">What is wanted of a score.</param>
internal sealed class PairBatch<TResult>(RowScorer scorer, Converter<PairScore, TResult> part) : IRowBatch<TResult>
{
    private readonly List<EncodedPair> _pairs = [];
    private int _tokens;

    public bool IsFull => _tokens >= scorer.TokensPerBatch;

    /// <param name="texts">Prompt and chosen answer, and the rejected one where there is one.</param>
    public void Add(string[] texts, long row)
    {
        EncodedPair pair = scorer.Encode(texts[0], texts[1], texts.Length > 2 ? texts[2] : "", row);
        _pairs.Add(pair);
        _tokens += pair.PackedLength;
    }

    public TResult[] Compute() => Array.ConvertAll(scorer.Score(_pairs), part);
}
