using System.Text.RegularExpressions;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>
/// Numbers for single modules, as <c>rank_pattern</c> and <c>alpha_pattern</c> give them: by names, last parts of names, or expressions for these.
/// </summary>
internal sealed class ModuleNumbers
{
    private readonly (string Key, Regex Pattern, double Value)[] _entries;

    private ModuleNumbers((string, Regex, double)[] entries) => _entries = entries;

    public static ModuleNumbers None { get; } = new([]);

    /// <summary>In their order: the first that matches counts.</summary>
    public IEnumerable<KeyValuePair<string, double>> Entries => _entries.Select(e => KeyValuePair.Create(e.Key, e.Value));

    public bool IsEmpty => _entries.Length == 0;

    /// <exception cref="ArgumentException">A key is no regular expression.</exception>
    public static ModuleNumbers Of(IEnumerable<KeyValuePair<string, double>> entries) =>
        new([.. entries.Select(e => (e.Key, ModulePattern.LastParts(e.Key), e.Value))]);

    /// <summary>The number for a module; null where no key matches.</summary>
    /// <exception cref="InvalidDataException">A key takes too long to match.</exception>
    public double? Find(string module)
    {
        foreach ((string key, Regex pattern, double value) in _entries)
        {
            try
            {
                if (pattern.IsMatch(module)) return value;
            }
            catch (RegexMatchTimeoutException e)
            {
                throw new InvalidDataException($"The pattern {Faults.Quote(key)} takes too long to match. Give names instead.", e);
            }
        }
        return null;
    }
}
