using System.Text.RegularExpressions;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Which linear layers carry a low-rank adapter, said as PEFT says it: by names, by a pattern, or all of them.</summary>
internal sealed class AdapterTargets
{
    /// <summary>The word for every linear layer but the head.</summary>
    public const string AllLinear = "all-linear";

    private const string Head = "lm_head";
    private static readonly TimeSpan LongestMatch = TimeSpan.FromSeconds(1);

    private readonly Regex? _pattern;

    private AdapterTargets(IReadOnlyList<string> names, Regex? pattern) => (Names, _pattern) = (names, pattern);

    /// <summary>The names, <c>["all-linear"]</c>, or the pattern alone.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Whether it stands as a text, not as a list, in a configuration.</summary>
    public bool IsText => _pattern is not null || Names is [AllLinear];

    /// <summary>Layers that have one of these names, or whose last parts are one of them: <c>q_proj</c>, <c>mlp.up_proj</c>.</summary>
    public static AdapterTargets ByName(IEnumerable<string> names) => new([.. names], null);

    /// <summary>A text: <see cref="AllLinear"/>, or a regular expression that the whole name of a layer must match.</summary>
    /// <exception cref="ArgumentException">It is no regular expression.</exception>
    public static AdapterTargets Parse(string text) => text == AllLinear ? new([text], null) : new([text], MakePattern(text));

    /// <summary>The layers that are meant.</summary>
    /// <param name="linearLayers">The full names of all linear layers of the model, as <c>model.layers.0.self_attn.q_proj</c>.</param>
    /// <exception cref="InvalidDataException">None is, or the pattern takes too long.</exception>
    public IReadOnlyList<string> Select(IEnumerable<string> linearLayers)
    {
        try
        {
            List<string> chosen = [.. linearLayers.Where(IsMeant)];
            return chosen.Count > 0 ? chosen : throw new InvalidDataException($"The target modules {string.Join(", ", Names.Take(Faults.ListedOfUntrusted).Select(Faults.Quote))} are none of the model's linear layers.");
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new InvalidDataException($"The pattern of target modules {Faults.Quote(Names[0])} takes too long to match. Give names instead.", e);
        }
    }

    private bool IsMeant(string layer)
    {
        if (_pattern is not null) return _pattern.IsMatch(layer);
        if (Names is [AllLinear]) return layer != Head;
        return Names.Any(name => layer == name || (layer.EndsWith(name, StringComparison.Ordinal) && layer.Length > name.Length && layer[^(name.Length + 1)] == '.'));
    }

    /// <summary>The pattern comes out of a file, so one that cannot blow up is preferred; some, with look-ahead, need the other kind and a limit of time.</summary>
    private static Regex MakePattern(string text)
    {
        string whole = $@"\A(?:{text})\z";
        try
        {
            return new Regex(whole, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, LongestMatch);
        }
        catch (NotSupportedException)
        {
            return new Regex(whole, RegexOptions.CultureInvariant, LongestMatch);
        }
    }
}
