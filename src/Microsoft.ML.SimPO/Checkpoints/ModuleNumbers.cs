using System.Text.RegularExpressions;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>
/// Numbers for single modules, as <c>rank_pattern</c> and <c>alpha_pattern</c> give them: by names, last parts of names, or expressions for these.
/// </summary>
internal sealed class ModuleNumbers
{
    /// <summary>More names than modules of any model, and more expressions for them than anybody writes.</summary>
    private const int MostNames = 100_000, MostExpressions = 1000;

    /// <summary>A file that has thousands of expressions for thousands of modules is not matched to the end.</summary>
    private const long MostMatches = 4_000_000;

    private readonly (string Key, bool IsName, Lazy<BoundedPattern> Pattern, double Value)[] _entries;

    /// <summary>Where names that stand for themselves are.</summary>
    private readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);

    /// <summary>Where expressions are, and where what may mean other modules than those of its name is: expressions, and names whose dots do.</summary>
    private readonly int[] _expressions, _ambiguous;

    private long _matches;

    private ModuleNumbers((string Key, bool IsName, Lazy<BoundedPattern>, double)[] entries)
    {
        _entries = entries;
        _expressions = [.. Enumerable.Range(0, entries.Length).Where(i => !entries[i].IsName)];
        _ambiguous = [.. Enumerable.Range(0, entries.Length).Where(i => !entries[i].IsName || entries[i].Key.Contains('.', StringComparison.Ordinal))];
        for (int i = 0; i < entries.Length; i++)
            if (entries[i].IsName) _names.TryAdd(entries[i].Key, i);
    }

    public static ModuleNumbers None { get; } = new([]);

    /// <summary>In their order: the first that matches counts.</summary>
    public IEnumerable<KeyValuePair<string, double>> Entries => _entries.Select(e => KeyValuePair.Create(e.Key, e.Value));

    public bool IsEmpty => _entries.Length == 0;

    /// <exception cref="ArgumentException">A key is no regular expression, or there are too many.</exception>
    public static ModuleNumbers Of(IReadOnlyCollection<KeyValuePair<string, double>> entries)
    {
        if (entries.Count > MostNames || entries.Count(e => !IsName(e.Key)) > MostExpressions)
            throw new ArgumentException(
                FormattableString.Invariant($"There are more than {MostNames} names, or more than {MostExpressions} expressions."), nameof(entries));
        return new([.. entries.Select(e => (e.Key, IsName(e.Key), PatternOf(e.Key), e.Value))]);
    }

    /// <summary>The number for a module; null where no key matches.</summary>
    /// <exception cref="InvalidDataException">A key takes too long to match, or all together do.</exception>
    public double? Find(string module)
    {
        if (IsEmpty) return null;
        // A name that stands for itself needs no matching. One before it, whose dots stand for any character, would have to be meant for another module.
        int named = ModulePattern.EndsOf(module).Min(end => _names.TryGetValue(end, out int index) ? index : int.MaxValue);
        foreach (int i in named == int.MaxValue ? _ambiguous : _expressions)
        {
            if (i >= named) break;
            if (Matches(_entries[i].Key, _entries[i].Pattern.Value, module)) return _entries[i].Value;
        }
        return named < _entries.Length ? _entries[named].Value : null;
    }

    private bool Matches(string key, BoundedPattern pattern, string module)
    {
        try
        {
            if (Interlocked.Increment(ref _matches) <= MostMatches) return pattern.IsMatch(module);
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new InvalidDataException($"The pattern {Faults.Quote(key)} takes too long to match. Give names instead.", e);
        }
        throw new InvalidDataException(FormattableString.Invariant(
            $"{_entries.Length} patterns are too many to be matched with every module. Give names of modules instead."));
    }

    /// <summary>Names are expressions always; others must be.</summary>
    private static Lazy<BoundedPattern> PatternOf(string key) =>
        IsName(key) ? new Lazy<BoundedPattern>(() => ModulePattern.LastParts(key)) : new Lazy<BoundedPattern>(ModulePattern.LastParts(key));

    private static bool IsName(string key) => key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.');
}
