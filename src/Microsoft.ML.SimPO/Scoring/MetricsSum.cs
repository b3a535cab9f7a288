using Microsoft.ML.SimPO.Losses;

namespace Microsoft.ML.SimPO.Scoring;

/// <summary>Adds pairs and single answers up into <see cref="AlignmentMetrics"/>.</summary>
/// <param name="targetMargin">Subtracted from every margin in the log-loss.</param>
internal sealed class MetricsSum(double targetMargin)
{
    /// <summary>By the sign of the chosen answer's lead in length, from -1 on.</summary>
    private static readonly string[] ClassNames = ["chosen is shorter", "as long", "chosen is longer"];

    private readonly CalibrationSum _calibration = new();
    private readonly Moments _margins = new(), _chosenAlone = new(), _rejectedAlone = new();
    private readonly (long Count, long Right, double Margin)[] _classes = new (long, long, double)[ClassNames.Length];
    private readonly SortedDictionary<string, MetricsSum> _groups = new(StringComparer.Ordinal);
    private long _right;
    private double _chosen, _rejected, _loss;
    private bool _hasLengths = true;

    /// <param name="lengthLead">How much longer the chosen answer is; null where that is not known.</param>
    /// <param name="group">The group that the pair counts for as well; null for none.</param>
    public void Add(double chosenReward, double rejectedReward, double? lengthLead = null, string? group = null)
    {
        if (chosenReward > rejectedReward) _right++;
        _chosen += chosenReward;
        _rejected += rejectedReward;
        double margin = chosenReward - rejectedReward, distance = margin - targetMargin;
        _loss -= LogSigmoid.Of(distance);
        _margins.Add(margin, lengthLead ?? 0);
        _hasLengths &= lengthLead is not null;
        _calibration.Add(margin);
        if (lengthLead is { } lead)
        {
            ref (long Count, long Right, double Margin) own = ref _classes[Math.Sign(lead) + 1];
            own = (own.Count + 1, own.Right + (margin > 0 ? 1 : 0), own.Margin + margin);
        }
        if (group is not null) Of(group).Add(chosenReward, rejectedReward, lengthLead);
    }

    /// <summary>An answer that no other one is compared with: it counts for the mean reward of its side alone.</summary>
    /// <param name="group">The group that it counts for as well; null for none.</param>
    public void AddSingle(double reward, bool isChosen, string? group = null)
    {
        (isChosen ? _chosenAlone : _rejectedAlone).Add(reward, 0);
        if (group is not null) Of(group).AddSingle(reward, isChosen);
    }

    /// <exception cref="InvalidOperationException">Nothing was added.</exception>
    public AlignmentMetrics Metrics()
    {
        long count = _margins.Count;
        if (count + _chosenAlone.Count + _rejectedAlone.Count == 0) throw new InvalidOperationException("There are no rows to evaluate.");
        IReadOnlyList<CalibrationBin> bins = _calibration.ToBins();
        return new AlignmentMetrics
        {
            Count = count,
            Accuracy = _right / (double)count,
            AccuracyInterval = count == 0 ? new ConfidenceInterval(double.NaN, double.NaN) : ConfidenceInterval.OfShare(_right, count),
            MeanMargin = (_chosen - _rejected) / count,
            MarginStandardDeviation = count == 0 ? double.NaN : _margins.StandardDeviationX,
            MeanChosenReward = Mean(_chosen, _chosenAlone),
            MeanRejectedReward = Mean(_rejected, _rejectedAlone),
            LogLoss = _loss / count,
            CalibrationError = count == 0 ? double.NaN : CalibrationSum.Error(bins),
            Calibration = bins,
            LengthCorrelation = _hasLengths ? _margins.Correlation : null,
            LengthClasses = _hasLengths ? Classes() : [],
            Groups = new SortedDictionary<string, AlignmentMetrics>(_groups.ToDictionary(g => g.Key, g => g.Value.Metrics()), StringComparer.Ordinal),
        };
    }

    private LengthClass[] Classes() =>
        [.. _classes.Zip(ClassNames, (c, name) => (c, name)).Where(c => c.c.Count > 0)
            .Select(c => new LengthClass(c.name, c.c.Count, c.c.Right / (double)c.c.Count, c.c.Margin / c.c.Count))];

    private MetricsSum Of(string group)
    {
        if (!_groups.TryGetValue(group, out MetricsSum? own)) _groups[group] = own = new MetricsSum(targetMargin);
        return own;
    }

    /// <param name="sum">Of the pairs' rewards on one side.</param>
    private double Mean(double sum, Moments alone) => alone.Count == 0
        ? sum / _margins.Count
        : (sum + (alone.MeanX * alone.Count)) / (_margins.Count + alone.Count);
}
