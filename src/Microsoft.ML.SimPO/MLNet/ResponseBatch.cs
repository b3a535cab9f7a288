using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO;

/// <summary>Single responses that share a forward pass: each is scored as the chosen answer of a pair whose other answer is empty, which costs its end token alone.</summary>
internal sealed class ResponseBatch(RowScorer scorer) : IRowBatch<float>
{
    private readonly List<EncodedPair> _pairs = [];
    private int _tokens;

    public bool IsFull => _tokens >= scorer.TokensPerBatch;

    /// <param name="texts">Prompt and response.</param>
    public void Add(string[] texts, long row)
    {
        EncodedPair pair = scorer.Encode(texts[0], texts[1], "", row);
        _pairs.Add(pair);
        _tokens += pair.PackedLength;
    }

    public float[] Compute() => Array.ConvertAll(scorer.Score(_pairs), s => s.ChosenReward);
}
