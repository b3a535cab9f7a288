using System.Globalization;

namespace Microsoft.ML.SimPO;

/// <summary>Several of DPO's losses, added up with weights. It never changes.</summary>
public sealed class DpoMix
{
    /// <param name="terms">Each loss once, with its factor above 0. The rewards are those of the first.</param>
    public DpoMix(params (DpoLossType Type, double Weight)[] terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        Terms = [.. terms];
    }

    /// <summary>The losses with their factors, in the order in which they were given.</summary>
    public IReadOnlyList<(DpoLossType Type, double Weight)> Terms { get; }

    /// <summary>All of it in a line.</summary>
    public override string ToString() =>
        string.Join(" + ", Terms.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Weight:R} {t.Type}")));

    internal IEnumerable<string> Faults()
    {
        if (Terms.Count == 0) yield return "`Mix` must hold a loss, but was empty. Use null for `LossType` alone.";
        foreach ((DpoLossType type, double weight) in Terms)
        {
            if (!Enum.IsDefined(type)) yield return $"`Mix` must hold losses of `DpoLossType`, but one was {type}.";
            if (!(weight > 0 && double.IsFinite(weight)))
            {
                yield return string.Create(
                    CultureInfo.InvariantCulture, $"`Mix` must have weights greater than 0, but that of {type} was {weight}. Use 0.1 to 1.");
            }
        }
        foreach (DpoLossType twice in Terms.GroupBy(t => t.Type).Where(g => g.Count() > 1).Select(g => g.Key))
            yield return $"`Mix` must hold each loss once, but {twice} was there twice. Add their weights up.";
        if (Terms.Count > 0 && Terms.All(t => t.Type == DpoLossType.Sft))
            yield return "`Mix` must hold a loss of pairs beside Sft, but held Sft alone. Add Sigmoid.";
    }
}
