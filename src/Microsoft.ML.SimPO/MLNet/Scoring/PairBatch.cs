using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO;

/// <summary>Rows that share a forward pass: pairs, or responses alone.</summary>
/// <param name="scorer">Scores them.</param>
/// <param name="part">What is wanted of the rewards of a row's answers.</param>
internal sealed class PairBatch<TResult>(RowScorer scorer, Converter<float[], TResult> part) : IRowBatch<TResult>
{
    private readonly List<EncodedPrompt> _pairs = [];

    /// <summary>How many rewards each row has, and whether there is anything to score.</summary>
    private readonly List<(int Answers, bool IsScored)> _rows = [];

    private int _tokens;
    private PromptOrigin _prompts;

    public bool IsFull => _tokens >= scorer.TokensPerBatch;

    public void Expect(PromptOrigin origin) => _prompts = origin;

    /// <param name="texts">Prompt and chosen answer, and the rejected one where there is one; or a text alone.</param>
    public void Add(string[] texts, long row)
    {
        EncodedPrompt? pair = scorer.Encode(texts, row, _prompts);
        _rows.Add((Math.Max(1, texts.Length - 1), pair is not null));
        if (pair is not null) _pairs.Add(pair);
        _tokens += pair?.PackedLength ?? 1;
    }

    public TResult[] Compute()
    {
        float[][] rewards = _pairs.Count > 0 ? scorer.Score(_pairs) : [];
        int scored = 0;
        return [.. _rows.Select(row => part(row.IsScored ? rewards[scored++] : [.. Enumerable.Repeat(float.NaN, row.Answers)]))];
    }
}
