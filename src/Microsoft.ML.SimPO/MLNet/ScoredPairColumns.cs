using Microsoft.ML.SimPO.Data;

namespace Microsoft.ML.SimPO;

/// <summary>As <see cref="TextPairColumns"/>, with the scores of both answers, NaN for none.</summary>
internal sealed class ScoredPairColumns(PreferenceRow row) : TextPairColumns(row)
{
    public float ScoreChosen { get; } = row.ScoreChosen ?? float.NaN;

    public float ScoreRejected { get; } = row.ScoreRejected ?? float.NaN;
}
