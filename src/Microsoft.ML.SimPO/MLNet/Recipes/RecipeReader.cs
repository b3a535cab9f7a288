namespace Microsoft.ML.SimPO;

/// <summary>Reads a recipe's settings: each known, of its kind, and in the place of the default that it has there. All faults at once.</summary>
internal sealed class RecipeReader
{
    /// <summary>The line of what is set beside the file.</summary>
    private const int Beside = -1;

    private readonly string _source;
    private readonly RecipeConversion _conversion;
    private readonly Dictionary<string, (RecipeValue Value, RecipeOrigin Origin)> _said = new(StringComparer.Ordinal);

    private RecipeReader(string source, RecipeConversion conversion) => (_source, _conversion) = (source, conversion);

    public List<string> Faults { get; } = [];

    public RecipeDialect Dialect => _conversion.Dialect;

    public string Method => _conversion.Method;

    /// <summary>What the settings describe.</summary>
    public Type OptionsType => RecipeMethods.Of(Method)!;

    /// <param name="source">For messages.</param>
    /// <param name="overrides">By key, as YAML.</param>
    public static RecipeReader Read(IReadOnlyList<(string Key, RecipeValue Value)> fields, IReadOnlyDictionary<string, string> overrides, string source)
    {
        var reader = new RecipeReader(source, RecipeConversion.Of(Overridden(fields, overrides)));
        reader.Faults.AddRange(reader._conversion.Faults);
        foreach ((string key, RecipeValue value) in reader._conversion.Fields)
            reader.Take(key, value, value.Line switch { Beside => RecipeOrigin.Override, 0 => RecipeOrigin.Default, _ => RecipeOrigin.Recipe });
        return reader;
    }

    public RecipeValue this[string key] => _said.TryGetValue(key, out (RecipeValue Value, RecipeOrigin) said) && !said.Value.IsNull
        ? said.Value : RecipeValue.Scalar(DefaultOf(RecipeKeys.Find(key, OptionsType)!));

    /// <summary>Whether the recipe or an override says it, and not that it is null.</summary>
    public bool Says(string key) => _said.TryGetValue(key, out (RecipeValue Value, RecipeOrigin) said) && !said.Value.IsNull;

    public int Integer(string key) => (int)(this[key].Number ?? 0);

    public bool Boolean(string key) => this[key].Boolean ?? false;

    public string? Text(string key) => this[key] is { IsNull: false } value ? value.Text : null;

    /// <summary>A list of texts; a text alone, and one with commas as a command line writes it, is one too.</summary>
    public IReadOnlyList<string> Texts(string key)
    {
        RecipeValue value = this[key];
        if (value.Items is { } items) return [.. items.Select(i => i.Text)];
        return value.IsNull ? [] : value.Text.Trim('[', ']').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>What is to be told of every setting that is said, and of every default that is honored.</summary>
    public IReadOnlyList<RecipeSetting> Settings()
    {
        IEnumerable<RecipeSetting> known = RecipeKeys.All(OptionsType)
            .Where(k => _said.ContainsKey(k.Name) || (k.Why is null && Text(k.Name) is not null))
            .Select(k => new RecipeSetting(k.Name, this[k.Name].Text, OriginOf(k.Name), k.Fate, _conversion.Notes.GetValueOrDefault(k.Name) is { } from
                ? $"from {from}" : k.Why));
        return [.. known, .. _conversion.Harmless.Select(h => new RecipeSetting(h.Key, h.Value.Text, RecipeOrigin.Recipe, RecipeFate.Harmless, h.Why))];
    }

    public void Fault(string key, string what)
    {
        string place = _said.TryGetValue(key, out (RecipeValue Value, RecipeOrigin) said) ? said.Value.Place : "";
        Faults.Add(place + what);
    }

    /// <exception cref="InvalidDataException">There are faults; all are in the message.</exception>
    public void ThrowFaults()
    {
        if (Faults.Count == 0) return;
        throw new InvalidDataException(Faults.Count == 1
            ? $"'{_source}': {Faults[0]}"
            : FormattableString.Invariant($"'{_source}' has {Faults.Count} faults:") + string.Concat(Faults.Select(f => $"{Environment.NewLine}{f}")));
    }

    private static List<(string Key, RecipeValue Value)> Overridden(
        IReadOnlyList<(string Key, RecipeValue Value)> fields, IReadOnlyDictionary<string, string> overrides)
    {
        List<(string Key, RecipeValue Value)> all = [.. fields.Where(f => !overrides.ContainsKey(f.Key))];
        foreach ((string key, string text) in overrides)
            all.Add((key, SetBeside(RecipeFile.Parse($"value: {text}", $"the override `{key}`")[0].Value)));
        return all;
    }

    private static RecipeValue SetBeside(RecipeValue value) => value with
    {
        Line = Beside,
        Items = value.Items?.Select(SetBeside).ToArray(),
        Fields = value.Fields?.Select(f => (f.Key, SetBeside(f.Value))).ToArray(),
    };

    private void Take(string key, RecipeValue value, RecipeOrigin origin)
    {
        if (RecipeKeys.Find(key, OptionsType) is not { } known)
        {
            Faults.Add(value.Place + (OfOthers(key) ?? Unknown(key)));
            return;
        }
        RecipeOrigin? before = _said.TryGetValue(key, out (RecipeValue, RecipeOrigin Origin) said) ? said.Origin : null;
        if (known.Fault(value) is { } fault) Faults.Add(value.Place + fault);
        else if (before is null or RecipeOrigin.Default || origin == RecipeOrigin.Override) _said[key] = (value, origin);
        else if ((before, origin) == (RecipeOrigin.Recipe, RecipeOrigin.Recipe))
            Faults.Add($"{value.Place}`{key}` is said twice, by names that mean the same. Keep one.");
    }

    private string Unknown(string key) => $"`{key}` is no setting of a recipe."
        + (RecipeKeys.Nearest(key, OptionsType) is { } nearest ? $" Did you mean `{nearest}`?" : " Leave it out.");

    /// <summary>What is said of a setting that other methods have and this one has not, such as a margin of ORPO; null for one that none has.</summary>
    private string? OfOthers(string key)
    {
        string[] others = [.. RecipeMethods.Names.Where(m => RecipeKeys.Find(key, RecipeMethods.Of(m)!) is not null)];
        return others.Length == 0 ? null
            : $"`{key}` is a setting of {string.Join(", ", others)}, and `method: {Method}` has nothing that it could be. Leave it out, or use one of these.";
    }

    private RecipeOrigin OriginOf(string key) => _said.TryGetValue(key, out (RecipeValue, RecipeOrigin Origin) said) ? said.Origin : RecipeOrigin.Default;

    private string DefaultOf(RecipeKey key) => _conversion.Defaults.GetValueOrDefault(key.Name) ?? key.Default;
}
