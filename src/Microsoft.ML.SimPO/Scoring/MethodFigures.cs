using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Microsoft.ML.SimPO.Losses;

namespace Microsoft.ML.SimPO.Scoring;

/// <summary>The values of a method's own metrics by name, in the log's order: what nothing has is left out. Equal where all names and values are.</summary>
internal sealed class MethodFigures : IReadOnlyDictionary<string, double>, IEquatable<MethodFigures>
{
    /// <summary>What TRL calls the auxiliary loss of routers, without its weight.</summary>
    public const string AuxiliaryLoss = "aux_loss";

    /// <summary>What TRL calls the number of tokens that a run was given until now.</summary>
    public const string TokenCount = "num_tokens";

    private readonly (string Name, double Value)[] _figures;

    private MethodFigures(IEnumerable<(string Name, double Value)> figures) => _figures = [.. figures];

    /// <summary>Of a method that has none.</summary>
    public static MethodFigures None { get; } = new([]);

    public int Count => _figures.Length;

    public IEnumerable<string> Keys => _figures.Select(f => f.Name);

    public IEnumerable<double> Values => _figures.Select(f => f.Value);

    public double this[string key] => TryGetValue(key, out double value) ? value : throw new KeyNotFoundException($"There is no metric '{key}'.");

    /// <param name="batches">Each that has a value weighs the same.</param>
    public static MethodFigures Of(IReadOnlyList<IReadOnlyList<GroupScore>> batches, IAlignmentLoss loss) => loss.Metrics.Count == 0 ? None : new(
        from metric in loss.Metrics
        let values = batches.Select(metric.Of).Where(v => !double.IsNaN(v)).ToArray()
        where values.Length > 0
        select (metric.Name, values.Average()));

    /// <summary>The same values.</summary>
    public static MethodFigures Of(IReadOnlyDictionary<string, double> figures) =>
        figures as MethodFigures ?? (figures.Count == 0 ? None : new(figures.Select(f => (f.Key, f.Value))));

    /// <summary>These and one more.</summary>
    /// <param name="values">One a batch, each of which weighs the same; none for nothing.</param>
    public MethodFigures With(string name, IEnumerable<double> values) =>
        values.ToArray() is { Length: > 0 } all ? new MethodFigures(_figures.Append((name, all.Average()))) : this;

    public bool ContainsKey(string key) => TryGetValue(key, out _);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out double value)
    {
        int at = Array.FindIndex(_figures, f => f.Name == key);
        value = at < 0 ? default : _figures[at].Value;
        return at >= 0;
    }

    public IEnumerator<KeyValuePair<string, double>> GetEnumerator() => _figures.Select(f => KeyValuePair.Create(f.Name, f.Value)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public bool Equals(MethodFigures? other) => other is not null && _figures.AsSpan().SequenceEqual(other._figures);

    public override bool Equals(object? obj) => Equals(obj as MethodFigures);

    public override int GetHashCode() => _figures.Aggregate(0, HashCode.Combine);

    public override string ToString() => string.Join(' ', _figures.Select(f => FormattableString.Invariant($"{f.Name} {f.Value:F4}")));
}
