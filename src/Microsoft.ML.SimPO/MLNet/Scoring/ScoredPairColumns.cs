using Microsoft.ML.SimPO.Data;

namespace Microsoft.ML.SimPO;

/// <summary>
/// As <see cref="TextPairColumns"/>, with the scores of both answers, NaN for none. It does not inherit: inherited columns would come last.
/// </summary>
internal sealed class ScoredPairColumns(PreferenceRow row)
{
    public string Prompt { get; } = row.Prompt;

    public string Chosen { get; } = row.Chosen;

    public string Rejected { get; } = row.Rejected;

    public float ScoreChosen { get; } = row.ScoreChosen ?? float.NaN;

    public float ScoreRejected { get; } = row.ScoreRejected ?? float.NaN;
}
