using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Experts;
using Microsoft.ML.SimPO.Models.Parameters;

namespace Microsoft.ML.SimPO.Models.Adapters;

/// <summary>
/// What <c>target_parameters</c> means on a decoder: the projections of all experts, which transformers 5 holds in one tensor each whatever the checkpoint
/// does, and the weights of routers and of linear layers.
/// </summary>
internal sealed class ParameterTargets
{
    private const string GateUp = "gate_up_proj", Down = "down_proj", Weight = ".weight";

    private readonly AdapterConfig _config;

    private ParameterTargets(AdapterConfig config) => _config = config;

    public List<ExpertTarget> Experts { get; } = [];

    public List<ModuleTarget> Modules { get; } = [];

    /// <summary>What is no linear layer there: single experts, and routers that are a parameter.</summary>
    public HashSet<Parameter> Hidden { get; } = [];

    /// <param name="strict">Whether each name must mean something.</param>
    public static ParameterTargets Of(Decoder decoder, AdapterConfig config, Faults faults, bool strict)
    {
        var targets = new ParameterTargets(config);
        if (config.TargetParameters.Count == 0) return targets;
        foreach (ExpertParameters experts in decoder.Layers.Select(l => l.Parameters.Experts).OfType<ExpertParameters>()) targets.Add(experts);
        HashSet<Parameter> single = [.. decoder.Layers.SelectMany(l => l.Parameters.Experts?.Singles ?? [])];
        List<string> known = [.. targets.Experts.Select(e => e.Key)], refused = [];
        foreach ((Parameter parameter, ParameterPart part) in decoder.Parameters
            .Where(p => p.Kind != ParameterKind.Experts && !single.Contains(p)).SelectMany(p => p.Parts.Select(part => (p, part))))
        {
            string key = config.NameOf(part.Name);
            known.Add(key);
            if (!targets.Means(key)) continue;
            if (parameter.Kind == ParameterKind.Projection && parameter != decoder.Head)
                targets.Modules.Add(new ModuleTarget(parameter, part, AdapterNames.ModuleOf(key), key));
            else refused.Add(key);
        }
        targets.Experts.RemoveAll(e => !targets.Means(e.Key));
        foreach (string name in refused.Take(Faults.ListedOfUntrusted))
            faults.Add($"A low-rank update of the parameter {Faults.Quote(name)} is not supported. Take it out of the target parameters.");
        if (strict || (targets.Experts.Count == 0 && targets.Modules.Count == 0 && refused.Count == 0))
            foreach (string name in config.TargetParameters.Except(known.SelectMany(ModulePattern.EndsOf), StringComparer.Ordinal))
                faults.Add($"The target parameter {Faults.Quote(name)} is none of the model's. Use names such as mlp.experts.{GateUp} and mlp.experts.{Down}.");
        return targets;
    }

    /// <summary>
    /// What a configuration means on a model whose checkpoint holds the experts of a layer in one tensor: as PEFT has it, "all-linear" and the names of an
    /// expert's projections mean those tensors, with twice the rank where two projections are one, and the router.
    /// </summary>
    public static AdapterConfig Converted(Decoder decoder, AdapterConfig config)
    {
        ExpertParameters[] joined = [.. decoder.Layers.Select(l => l.Parameters.Experts).OfType<ExpertParameters>().Where(e => e.GateUp is not null)];
        if (joined.Length == 0 || config.TargetParameters.Count > 0 || config.Targets.TellsLayersApart || config.HasMagnitudes) return config;
        bool all = config.Targets.Names is [AdapterTargets.AllLinear];
        bool Names(params string[] names) => names.Any(n => config.Targets.Names.Any(t => t == n || t.EndsWith($"experts.{n}", StringComparison.Ordinal)));
        List<string> parameters = [];
        if (all || Names(Down, "w2")) parameters.Add($"experts.{Down}");
        if (all || Names(GateUp) || (Names("gate_proj", "w1") && Names("up_proj", "w3"))) parameters.Add($"experts.{GateUp}");
        if (parameters.Count == 0) return config;
        HashSet<Parameter> routers = [.. joined.Where(e => !e.Architecture.BesideMlp).Select(e => e.Router)];
        if (all && routers.Count > 0) parameters.Add(string.Join('.', joined[0].Router.Parts[0].Name.Split('.')[^2..]));
        string[] linear = [.. decoder.Parameters.Where(p => p.Kind == ParameterKind.Projection && p != decoder.Head && !routers.Contains(p))
            .SelectMany(p => p.Parts).Select(p => AdapterNames.ModuleOf(p.Name))];
        IEnumerable<string> modules = all ? linear.Select(m => m[(m.LastIndexOf('.') + 1)..]).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            : config.Targets.Names.Where(n => linear.SelectMany(ModulePattern.EndsOf).Contains(n, StringComparer.Ordinal) || !Names(n));
        AdapterTargets targets = AdapterTargets.ByName(modules);
        ModuleNumbers Twice(ModuleNumbers numbers, double value) => parameters.Contains($"experts.{GateUp}")
            ? ModuleNumbers.Of([.. numbers.Entries, KeyValuePair.Create($"experts.{GateUp}", 2 * value)]) : numbers;
        return config with
        {
            Targets = config.Targets.Excluded.Count > 0 ? targets.Except(config.Targets.Excluded) : targets,
            TargetParameters = parameters,
            RankPattern = Twice(config.RankPattern, config.Rank),
            AlphaPattern = Twice(config.AlphaPattern, config.Alpha),
        };
    }

    private void Add(ExpertParameters experts)
    {
        ExpertArchitecture architecture = experts.Architecture;
        if (!architecture.BesideMlp) Hidden.Add(experts.Router);
        Hidden.UnionWith(experts.Singles);
        string module = _config.NameOf(experts.Module);
        // The first of a module's parameters that has an update is wrapped first.
        string inner = Means($"{module}.{GateUp}") && Means($"{module}.{Down}") ? $"{module}.base_layer" : module;
        Experts.Add(new ExpertTarget(
            experts.GateUp is { } gateUp ? [gateUp] : experts.GateUps, experts.IsInputFirst, inner, $"{module}.{GateUp}",
            architecture.Count, 2L * architecture.IntermediateSize, experts.HiddenSize));
        Experts.Add(new ExpertTarget(
            experts.Down is { } down ? [down] : experts.Downs, experts.IsInputFirst, module, $"{module}.{Down}",
            architecture.Count, experts.HiddenSize, architecture.IntermediateSize));
    }

    /// <summary>As PEFT has it: a parameter of this name, or one whose last parts it is.</summary>
    private bool Means(string key) => ModulePattern.EndsOf(key).Any(end => _config.TargetParameters.Contains(end, StringComparer.Ordinal));
}
