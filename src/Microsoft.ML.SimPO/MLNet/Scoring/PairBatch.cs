using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO;

/// <summary>Rows that share a forward pass: pairs, or responses alone.</summary>
/// <param name="scorer">Scores them.</param>
/// <param name="part">What is wanted of the rewards of a row's answers.</param>
internal sealed class PairBatch<TResult>(RowScorer scorer, Converter<float[], TResult> part) : IRowBatch<TResult>
{
    private readonly List<EncodedPrompt> _pairs = [];
    private int _tokens;
    private PromptOrigin _prompts;

    public bool IsFull => _tokens >= scorer.TokensPerBatch;

    public void Expect(PromptOrigin origin) => _prompts = origin;

    /// <param name="texts">Prompt and chosen answer, and the rejected one where there is one; or a text alone.</param>
    public void Add(string[] texts, long row)
    {
        EncodedPrompt pair = scorer.Encode(texts, row, _prompts);
        _pairs.Add(pair);
        _tokens += pair.PackedLength;
    }

    public TResult[] Compute() => Array.ConvertAll(scorer.Score(_pairs), part);
}
