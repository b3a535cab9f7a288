using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;

namespace Microsoft.ML.SimPO.Models.Adapters;

/// <summary>What a LoRA configuration means on a decoder: which rows of which weights get an update, and which parameters are trained whole.</summary>
internal sealed class AdapterLayout
{
    private AdapterLayout(
        AdapterConfig config, IReadOnlyList<ModuleTarget> targets, IReadOnlyList<Parameter> saved,
        IReadOnlyDictionary<Parameter, IReadOnlyDictionary<ParameterPart, string>> biases) =>
        (Config, Targets, Saved, Biases) = (config, targets, saved, biases);

    /// <summary>What it was made of; for a new adapter with what its targets mean where experts are joined.</summary>
    public AdapterConfig Config { get; }

    public IReadOnlyList<ModuleTarget> Targets { get; }

    /// <summary>Projections of all experts of a layer.</summary>
    public IReadOnlyList<ExpertTarget> Experts { get; private init; } = [];

    /// <summary>What is held whole, biases among it.</summary>
    public IReadOnlyList<Parameter> Saved { get; }

    /// <summary>Of biases that are held: which of their parts are trained, and what these are called in an adapter's file.</summary>
    public IReadOnlyDictionary<Parameter, IReadOnlyDictionary<ParameterPart, string>> Biases { get; }

    /// <param name="place">What the configuration is, for messages: a file, or the options.</param>
    /// <param name="strict">Whether each name must mean something; PEFT lets those pass that mean nothing.</param>
    /// <exception cref="InvalidDataException">
    /// The configuration names what the decoder has not, or what this library does not adapt; all of it is told.
    /// </exception>
    public static AdapterLayout Of(Decoder decoder, AdapterConfig config, string place, bool strict)
    {
        var faults = new Faults(place);
        if (strict) config = ParameterTargets.Converted(decoder, config);
        ParameterTargets parameters = ParameterTargets.Of(decoder, config, faults, strict);
        ModuleTarget[] linear = [.. decoder.Parameters.Where(p => p.Kind == ParameterKind.Projection && !parameters.Hidden.Contains(p))
            .SelectMany(p => p.Parts.Select(part => ModuleTarget.Of(config, p, part)))];
        string[] projections = [.. linear.Select(l => l.Module)];
        // All-linear means none of these two; a name or pattern may.
        string head = config.NameOf(decoder.Names.Head), embedding = config.ModuleOf(decoder.Embedding.Parts[0].Name);
        string[] candidates = config.Targets.Names is [AdapterTargets.AllLinear] ? projections : [.. projections, embedding, head];
        HashSet<string> chosen = config.Targets.Names.Count == 0 ? [] : [.. Select(config, candidates, faults)];
        foreach (string refused in new[] { embedding, head }.Where(chosen.Contains))
            faults.Add($"A low-rank update of {Faults.Quote(refused)} is not supported. Take it out of the target modules, "
                + "and name it among the modules that are saved whole if it is to be trained.");
        if (strict)
            foreach (string name in config.Targets.Unmatched(candidates))
                faults.Add($"The target module {Faults.Quote(name)} is none of the model's linear layers, which are {Known(projections)}.");
        Parameter[] saved = Whole(decoder, config, faults, strict);
        if (config.TokenIndices.Any(id => id >= decoder.Architecture.VocabularySize))
            faults.Add(FormattableString.Invariant(
                $"The tokens whose rows are trained must be below {decoder.Architecture.VocabularySize}, the model's number of rows, ")
                + FormattableString.Invariant($"but one is {config.TokenIndices.Max()}."));
        else if (config.TokenIndices.Count > 0 && saved.Contains(decoder.Embedding))
            faults.Add($"{Faults.Quote(embedding)} is saved whole, so that none of its rows can be trained beside it. Use one of the two.");
        faults.ThrowIfAny();
        Dictionary<Parameter, IReadOnlyDictionary<ParameterPart, string>> biases = BiasesOf(decoder, config, chosen, saved);
        ModuleTarget[] targets = [.. linear.Where(l => chosen.Contains(l.Module)), .. parameters.Modules.Where(m => !chosen.Contains(m.Module))];
        var layout = new AdapterLayout(config, targets, [.. saved, .. biases.Keys], biases)
        {
            Embedding = config.TokenIndices.Count > 0 ? decoder.Embedding : null,
            EmbeddingModule = embedding,
            Experts = parameters.Experts,
        };
        if (strict) layout.CheckMemory(place);
        return layout;
    }

    /// <summary>The embedding of which rows are held; null for none.</summary>
    public Parameter? Embedding { get; private init; }

    /// <summary>What the adapter calls the embedding.</summary>
    public string EmbeddingModule { get; private init; } = "";

    /// <summary>Shapes by the names of an adapter's file.</summary>
    public Dictionary<string, long[]> Shapes() => AdapterNames.Expected(
        Config,
        Targets.ToDictionary(t => t.Module, t => (Config.RankOf(t.Key), t.Part.Shape), StringComparer.Ordinal),
        Saved.Where(p => !Biases.ContainsKey(p)).SelectMany(p => p.Parts).ToDictionary(p => Config.NameOf(p.Name), p => p.Shape, StringComparer.Ordinal))
        .Concat(Experts.SelectMany(ShapesOf))
        .Concat(Embedding is null ? [] : [KeyValuePair.Create(
            AdapterNames.TokenRows(EmbeddingModule), new[] { Config.TokenIndices.Count, Embedding.Shape[1] })])
        .Concat(Biases.Values.SelectMany(b => b).Select(b => KeyValuePair.Create(b.Value, b.Key.Shape))).ToDictionary(StringComparer.Ordinal);

    /// <summary>
    /// Before anything is allocated: a rank is a number that nothing stands behind where an adapter is new; one of a file has that of its tensors.
    /// </summary>
    private void CheckMemory(string place)
    {
        const double giga = 1 << 30;
        double bytes = sizeof(float) * Shapes().Values.Sum(shape => shape.Aggregate(1.0, (product, size) => product * size));
        if (bytes > MachineMemory.Most)
            throw new InvalidDataException(FormattableString.Invariant($"{place}: an adapter of rank {Config.Rank} takes {bytes / giga:F1} GiB as float32, ")
                + FormattableString.Invariant($"but this process may have {MachineMemory.Most / giga:F1} GiB at most. Use a lower rank."));
    }

    private IEnumerable<KeyValuePair<string, long[]>> ShapesOf(ExpertTarget target)
    {
        long ranks = (long)Config.RankOf(target.Key) * target.Experts;
        return [KeyValuePair.Create(AdapterNames.A(target.Module), new[] { ranks, target.Inputs }),
            KeyValuePair.Create(AdapterNames.B(target.Module), new[] { target.Outputs, ranks })];
    }

    private static IEnumerable<string> Select(AdapterConfig config, string[] candidates, Faults faults)
    {
        try
        {
            // A module that is saved whole never gets an update too.
            return [.. config.Targets.Select(candidates)
                .Where(layer => !config.ModulesToSave.Any(m => $".{layer}.".Contains($".{m}.", StringComparison.Ordinal)))];
        }
        catch (InvalidDataException e)
        {
            faults.Add(e.Message);
            return [];
        }
    }

    /// <summary>As PEFT has it: all that are called so, or those of modules with an adapter.</summary>
    private static Dictionary<Parameter, IReadOnlyDictionary<ParameterPart, string>> BiasesOf(
        Decoder decoder, AdapterConfig config, HashSet<string> adapted, Parameter[] saved)
    {
        Dictionary<Parameter, IReadOnlyDictionary<ParameterPart, string>> biases = [];
        if (config.Bias == AdapterBias.None) return biases;
        bool IsAdapted(ParameterPart part) => adapted.Contains(config.ModuleOf(part.Name));
        foreach (Parameter parameter in decoder.Parameters.Where(p => p.Parts[0].Name.EndsWith(".bias", StringComparison.Ordinal)).Except(saved))
        {
            var parts = parameter.Parts.Where(part => config.Bias == AdapterBias.All || IsAdapted(part)).ToDictionary(
                part => part, part => IsAdapted(part) ? AdapterNames.BaseBias(config.ModuleOf(part.Name)) : AdapterNames.Saved(config.NameOf(part.Name)));
            if (parts.Count > 0) biases[parameter] = parts;
        }
        return biases;
    }

    private static Parameter[] Whole(Decoder decoder, AdapterConfig config, Faults faults, bool strict)
    {
        List<Parameter> saved = [];
        string head = config.NameOf(decoder.Names.Head);
        foreach (Parameter parameter in decoder.Parameters)
        {
            ParameterPart[] named = [.. parameter.Parts.Where(p => config.ModulesToSave.Any(m => Means(m, config.ModuleOf(p.Name))))];
            if (named.Length == 0) continue;
            if (named.Length < parameter.Parts.Count)
            {
                string others = string.Join(", ", parameter.Parts.Except(named).Select(p => Faults.Quote(config.ModuleOf(p.Name))));
                faults.Add($"{Faults.Quote(config.ModuleOf(named[0].Name))} cannot be saved whole without {others}: they are one matrix. "
                    + "Name all of them, or make them target modules.");
            }
            else if (parameter == decoder.Embedding && decoder.Architecture.TiedHead)
                faults.Add($"{Faults.Quote(config.ModuleOf(parameter.Parts[0].Name))} cannot be saved whole: "
                    + "the model's head is tied to it (`tie_word_embeddings`), and training a copy would untie the two.");
            else saved.Add(parameter);
        }
        if (decoder.Architecture.TiedHead && config.ModulesToSave.Any(m => Means(m, head)))
            faults.Add($"{Faults.Quote(head)} cannot be saved whole: it is tied to the embedding (`tie_word_embeddings`), "
                + "and training a copy would untie the two.");
        else if (strict)
            foreach (string name in config.ModulesToSave
                .Where(m => !decoder.Parameters.SelectMany(p => p.Parts).Any(p => Means(m, config.ModuleOf(p.Name)))))
                faults.Add($"The module to save {Faults.Quote(name)} is none of the model's. Use embed_tokens, lm_head, or the name of a norm.");
        return [.. saved];
    }

    /// <summary>As PEFT has it: a module is meant when its name, or that of a module around it, ends in the given one, even inside a word.</summary>
    private static bool Means(string given, string module)
    {
        for (string? name = module; name is not null; name = name.LastIndexOf('.') is var dot and > 0 ? name[..dot] : null)
            if (name.EndsWith(given, StringComparison.Ordinal)) return true;
        return false;
    }

    private static string Known(IEnumerable<string> modules) => string.Join(", ", modules.Select(m => m.Split('.')[^1]).Distinct(StringComparer.Ordinal));
}
