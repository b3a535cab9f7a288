using System.Text.RegularExpressions;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Which linear layers carry a low-rank adapter, said as PEFT says it: by names, by a pattern, or all of them; some may be left out.</summary>
internal sealed class AdapterTargets
{
    /// <summary>The word for every linear layer but the head.</summary>
    public const string AllLinear = "all-linear";

    private const string Head = "lm_head";

    private readonly BoundedPattern? _pattern;
    private readonly BoundedPattern? _excludedPattern;
    private readonly HashSet<string> _names, _excludedNames;
    private readonly HashSet<int> _layers = [];

    private AdapterTargets(IReadOnlyList<string> names, BoundedPattern? pattern, IReadOnlyList<string> excluded, BoundedPattern? excludedPattern)
    {
        (Names, _pattern, Excluded, _excludedPattern) = (names, pattern, excluded, excludedPattern);
        (_names, _excludedNames) = (new(names, StringComparer.Ordinal), new(excluded, StringComparer.Ordinal));
    }

    /// <summary>The names, <c>["all-linear"]</c>, or the pattern alone.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Whether it stands as a text, not as a list, in a configuration.</summary>
    public bool IsText => _pattern is not null || Names is [AllLinear];

    /// <summary>Names of layers that are left out, or a pattern alone; none by default.</summary>
    public IReadOnlyList<string> Excluded { get; }

    /// <summary>Whether <see cref="Excluded"/> is a pattern.</summary>
    public bool IsExcludedText => _excludedPattern is not null;

    /// <summary>Only layers of these numbers; all where there are none. Not together with a pattern or with all-linear.</summary>
    public IReadOnlyList<int> Layers
    {
        get;
        private init
        {
            field = value;
            _layers = [.. value];
        }
    } = [];

    /// <summary>What stands before the number in a name, as <c>layers</c>; anything where there are none.</summary>
    public IReadOnlyList<string> LayerContainers { get; private init; } = [];

    /// <summary>Whether they may be others in one layer of the model than in the next.</summary>
    public bool TellsLayersApart => Layers.Count > 0 || _pattern is not null || IsExcludedText || Names.Concat(Excluded).Any(n => n.Any(char.IsAsciiDigit));

    /// <summary>Layers that have one of these names, or whose last parts are one of them: <c>q_proj</c>, <c>mlp.up_proj</c>.</summary>
    public static AdapterTargets ByName(IEnumerable<string> names) => new([.. names], null, [], null);

    /// <summary>A text: <see cref="AllLinear"/>, or a regular expression that the whole name of a layer must match.</summary>
    /// <exception cref="ArgumentException">It is no regular expression.</exception>
    public static AdapterTargets Parse(string text) => new([text], text == AllLinear ? null : ModulePattern.Whole(text), [], null);

    /// <summary>The same without layers of these names.</summary>
    public AdapterTargets Except(IReadOnlyList<string> names) => Copy(names, null);

    /// <summary>The same without layers whose whole name matches.</summary>
    /// <exception cref="ArgumentException">It is no regular expression.</exception>
    public AdapterTargets ExceptPattern(string text) => Copy([text], ModulePattern.Whole(text));

    /// <summary>The same in these layers of the model alone.</summary>
    public AdapterTargets InLayers(IReadOnlyList<int> layers, IReadOnlyList<string> containers) =>
        new(Names, _pattern, Excluded, _excludedPattern) { Layers = layers, LayerContainers = containers };

    /// <summary>The layers that are meant.</summary>
    /// <param name="linearLayers">The full names of all linear layers of the model, as <c>model.layers.0.self_attn.q_proj</c>.</param>
    /// <exception cref="InvalidDataException">None is, or the pattern takes too long.</exception>
    public IReadOnlyList<string> Select(IEnumerable<string> linearLayers)
    {
        try
        {
            List<string> chosen = [.. linearLayers.Where(l => IsMeant(l) && !IsExcluded(l))];
            return chosen.Count > 0 ? chosen : throw new InvalidDataException(
                $"The target modules {string.Join(", ", Names.Take(Faults.ListedOfUntrusted).Select(Faults.Quote))} are none of the model's linear layers.");
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new InvalidDataException(
                $"The pattern of target modules {Faults.Quote((_pattern is null ? Excluded : Names)[0])} takes too long to match. Give names instead.", e);
        }
    }

    /// <summary>Names that mean none of the layers.</summary>
    public IEnumerable<string> Unmatched(IReadOnlyCollection<string> linearLayers) =>
        IsText ? [] : Names.Except(linearLayers.SelectMany(ModulePattern.EndsOf), StringComparer.Ordinal);

    private AdapterTargets Copy(IReadOnlyList<string> excluded, BoundedPattern? pattern) =>
        new(Names, _pattern, excluded, pattern) { Layers = Layers, LayerContainers = LayerContainers };

    private bool IsMeant(string layer)
    {
        if (_pattern is not null) return _pattern.IsMatch(layer);
        if (Names is [AllLinear]) return layer != Head;
        if (_names.Contains(layer)) return true; // a full name stands for itself, whatever its layer
        return ModulePattern.EndsOf(layer).Any(_names.Contains)
            && (Layers.Count == 0 || (ModulePattern.LayerOf(layer, LayerContainers) is { } i && _layers.Contains(i)));
    }

    private bool IsExcluded(string layer) =>
        _excludedPattern?.IsMatch(layer) ?? ModulePattern.EndsOf(layer).Any(_excludedNames.Contains);
}
