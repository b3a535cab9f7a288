using System.Globalization;
using Microsoft.ML.SimPO.Models.Families;
using Microsoft.ML.SimPO.Models.Parameters;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Experts;

/// <summary>The weights of a layer's mixture of experts, with gate and up of an expert in one matrix, or all experts in one tensor.</summary>
internal sealed class ExpertParameters
{
    /// <param name="full">The full name in the checkpoint of what the layer calls so.</param>
    public ExpertParameters(ExpertArchitecture architecture, long hidden, LayerNames names, Func<string, string> full)
    {
        (Architecture, HiddenSize) = (architecture, hidden);
        long count = architecture.Count, intermediate = architecture.IntermediateSize;
        string router = full(names.Router), experts = Module = full(names.Experts);
        Router = new Parameter(ParameterKind.Projection, ($"{router}.weight", [count, hidden]));
        if (architecture.RouterBias) RouterBias = new Parameter(ParameterKind.Bias, ($"{router}.bias", [count]));
        if (architecture.Router == RouterKind.Sigmoid)
            Correction = new Parameter(ParameterKind.Buffer, ($"{router}.e_score_correction_bias", [count]));
        if (architecture.BesideMlp)
        {
            RouterScale = new Parameter(ParameterKind.Norm, (full(names.RouterScale), [hidden]));
            Scales = new Parameter(ParameterKind.Coefficient, (full(names.ExpertScales), [count]));
        }
        if (architecture.SharedSize > 0) Shared = SharedOf(architecture, hidden, names, full);
        IsInputFirst = names.ExpertLayout == ExpertLayout.JoinedInputFirst;
        if (names.ExpertLayout != ExpertLayout.Single)
        {
            Parameter Joined(string name, long inputs, long outputs) =>
                new(ParameterKind.Experts, ($"{experts}.{name}", IsInputFirst ? [count, inputs, outputs] : [count, outputs, inputs]));
            Parameter Bias(string name, long outputs) => new(ParameterKind.Bias, ($"{experts}.{name}", [count, outputs]));
            (GateUp, Down) = (Joined("gate_up_proj", hidden, 2 * intermediate), Joined("down_proj", intermediate, hidden));
            if (architecture.Bias) (GateUpBias, DownBias) = (Bias("gate_up_proj_bias", 2 * intermediate), Bias("down_proj_bias", hidden));
            return;
        }
        string Name(int expert, string part) => string.Create(CultureInfo.InvariantCulture, $"{experts}.{expert}.{part}.weight");
        GateUps = [.. Enumerable.Range(0, architecture.Count).Select(e =>
            new Parameter(ParameterKind.Projection, [.. names.ExpertGateUp.Select(part => (Name(e, part), new[] { intermediate, hidden }))]))];
        Downs = [.. Enumerable.Range(0, architecture.Count).Select(e =>
            new Parameter(ParameterKind.Projection, (Name(e, names.ExpertDown), [hidden, intermediate])))];
    }

    public ExpertArchitecture Architecture { get; }

    public long HiddenSize { get; }

    /// <summary>What their names in a checkpoint begin with: <c>model.layers.3.mlp.experts</c>.</summary>
    public string Module { get; }

    /// <summary>[experts, hidden]</summary>
    public Parameter Router { get; }

    /// <summary>[experts]; null for none.</summary>
    public Parameter? RouterBias { get; }

    /// <summary>[experts], what a <see cref="RouterKind.Sigmoid"/> router adds for its choice; it is not trained. Null for none.</summary>
    public Parameter? Correction { get; }

    /// <summary>[hidden], of the norm that the router reads behind; null where it reads what the experts read.</summary>
    public Parameter? RouterScale { get; }

    /// <summary>[experts], what weights are multiplied by; null for nothing.</summary>
    public Parameter? Scales { get; }

    /// <summary>Null for none.</summary>
    public SharedExpertParameters? Shared { get; }

    /// <summary>[2 * intermediate, hidden] each; none where experts are joined.</summary>
    public IReadOnlyList<Parameter> GateUps { get; } = [];

    /// <summary>[hidden, intermediate] each; none where experts are joined.</summary>
    public IReadOnlyList<Parameter> Downs { get; } = [];

    /// <summary>Whether joined experts have their inputs before their outputs.</summary>
    public bool IsInputFirst { get; }

    /// <summary>[experts, 2 * intermediate, hidden], or with inputs first; null where each expert has its own.</summary>
    public Parameter? GateUp { get; }

    /// <summary>[experts, 2 * intermediate]; null for none.</summary>
    public Parameter? GateUpBias { get; }

    /// <summary>[experts, hidden, intermediate], or with inputs first; null where each expert has its own.</summary>
    public Parameter? Down { get; }

    /// <summary>[experts, hidden]; null for none.</summary>
    public Parameter? DownBias { get; }

    /// <summary>Those of <see cref="GateUps"/> and <see cref="Downs"/>, expert by expert.</summary>
    public IEnumerable<Parameter> Singles => GateUps.Zip(Downs).SelectMany(pair => new[] { pair.First, pair.Second });

    public IEnumerable<Parameter> All => new[] { Router, RouterBias, Correction, RouterScale, Scales, GateUp, GateUpBias, Down, DownBias }.OfType<Parameter>()
        .Concat(Singles).Concat(Shared?.All ?? []);

    private static SharedExpertParameters SharedOf(ExpertArchitecture architecture, long hidden, LayerNames names, Func<string, string> full)
    {
        long size = architecture.SharedSize;
        string shared = full(names.SharedExpert);
        return new SharedExpertParameters(
            new Parameter(ParameterKind.Projection, [.. names.ExpertGateUp.Select(part => ($"{shared}.{part}.weight", new[] { size, hidden }))]),
            new Parameter(ParameterKind.Projection, ($"{shared}.{names.ExpertDown}.weight", [hidden, size])),
            architecture.HasSharedGate ? new Parameter(ParameterKind.Projection, ($"{full(names.SharedExpertGate)}.weight", [1, hidden])) : null);
    }
}
