using Microsoft.ML.SimPO.Models.Attention;
using Microsoft.ML.SimPO.Models.Experts;
using Microsoft.ML.SimPO.Models.Families;
using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Recurrent;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Parameters;

/// <summary>The weights of one layer, with q, k, v in one matrix and gate, up in one.</summary>
internal sealed class LayerParameters
{
    private readonly DecoderArchitecture _architecture;

    public LayerParameters(DecoderArchitecture architecture, LayerNames names, int layer)
    {
        _architecture = architecture;
        string Full(string name) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{names.Prefix}layers.{layer}.{name}");
        long hidden = architecture.HiddenSize, intermediate = architecture.IntermediateSize;
        long query = architecture.OutputGate ? 2 * architecture.QuerySize : architecture.QuerySize;
        long[] queryKeyValue = [query, architecture.KeyValueSize, architecture.KeyValueSize];
        long[] gateUp = architecture.GatedMlp ? [intermediate, intermediate] : [intermediate];

        Parameter Weight(IReadOnlyList<string> parts, long[] rows, long columns) =>
            new(ParameterKind.Projection, [.. Rows(parts, rows).Select(r => (Full(r.Name) + ".weight", new[] { r.Rows, columns }))]);
        Parameter? Bias(bool has, IReadOnlyList<string> parts, long[] rows) =>
            has ? new(ParameterKind.Bias, [.. Rows(parts, rows).Select(r => (Full(r.Name) + ".bias", new[] { r.Rows }))]) : null;
        NormParameters? NormWeight(bool has, string name, long size) => has ? architecture.NormOf(Full(name), size) : null;

        bool headNorms = architecture.QueryKeyNorm != QueryKeyNorm.None, perHead = architecture.QueryKeyNorm == QueryKeyNorm.PerHead;
        InputNorm = NormWeight(architecture.InputNorms, names.InputNorm, hidden);
        if (architecture.Layers[layer].Convolution is { } convolution) Convolution = ConvolutionOf(convolution, hidden, names, Full);
        else if (architecture.Layers[layer].DeltaRule is { } rule) DeltaRule = DeltaRuleOf(rule, hidden, names, Full);
        else
        {
            QueryKeyValue = Weight(names.QueryKeyValue, queryKeyValue, hidden);
            QueryKeyValueBias = Bias(architecture.QueryKeyValueBias, names.QueryKeyValue, queryKeyValue);
            QueryNorm = NormWeight(headNorms, names.QueryNorm, perHead ? architecture.HeadDim : architecture.QuerySize);
            KeyNorm = NormWeight(headNorms, names.KeyNorm, perHead ? architecture.HeadDim : architecture.KeyValueSize);
            if (architecture.AttentionSinks) Sinks = new Parameter(ParameterKind.Coefficient, (Full(names.Sinks), [architecture.HeadCount]));
            AttentionOutput = Weight([names.AttentionOutput], [hidden], architecture.QuerySize);
            AttentionOutputBias = Bias(architecture.AttentionOutputBias, [names.AttentionOutput], [hidden]);
        }
        AttentionOutputNorm = NormWeight(architecture.OutputNorms, names.AttentionOutputNorm, hidden);
        MlpNorm = architecture.ParallelBranches ? InputNorm : NormWeight(architecture.InputNorms, names.MlpNorm, hidden);
        MlpOutputNorm = NormWeight(architecture.OutputNorms, names.MlpOutputNorm, hidden);
        if (architecture.Layers[layer].Experts is { } experts)
        {
            Experts = new ExpertParameters(experts, hidden, names, Full);
            return;
        }
        GateUp = Weight(names.GateUp, gateUp, hidden);
        GateUpBias = Bias(architecture.MlpBias, names.GateUp, gateUp);
        Down = Weight([names.Down], [hidden], intermediate);
        DownBias = Bias(architecture.MlpBias, [names.Down], [hidden]);
        if (architecture.Activation != Activation.XIelu) return;
        Parameter Number(ParameterKind kind, string name, params long[] shape) => new(kind, ($"{Full(names.Activation)}.{name}", shape));
        XIelu = new XIeluParameters(
            Number(ParameterKind.Coefficient, "alpha_p", 1), Number(ParameterKind.Coefficient, "alpha_n", 1),
            Number(ParameterKind.Buffer, "beta"), Number(ParameterKind.Buffer, "eps"));
    }

    public NormParameters? InputNorm { get; }

    /// <summary>[(heads + 2 keyValueHeads) * headDim, hidden]</summary>
    public Parameter QueryKeyValue { get; } = null!; // of a layer without attention, which nobody asks

    public Parameter? QueryKeyValueBias { get; }

    public NormParameters? QueryNorm { get; }

    public NormParameters? KeyNorm { get; }

    /// <summary>[heads]; null for none.</summary>
    public Parameter? Sinks { get; }

    /// <summary>[hidden, heads * headDim]</summary>
    public Parameter AttentionOutput { get; } = null!; // likewise

    public Parameter? AttentionOutputBias { get; }

    public NormParameters? AttentionOutputNorm { get; }

    /// <summary>That of the layer's input where branches are parallel.</summary>
    public NormParameters? MlpNorm { get; }

    /// <summary>[2 * intermediate, hidden], or [intermediate, hidden] without a gate; null where the layer has experts.</summary>
    public Parameter? GateUp { get; }

    public Parameter? GateUpBias { get; }

    /// <summary>[hidden, intermediate]; null where the layer has experts.</summary>
    public Parameter? Down { get; }

    public Parameter? DownBias { get; }

    /// <summary>Those of the convolution in place of attention; null where the layer has none.</summary>
    public ShortConvolutionParameters? Convolution { get; }

    /// <summary>Those of the delta rule in place of attention; null where the layer has none.</summary>
    public DeltaRuleParameters? DeltaRule { get; }

    /// <summary>The numbers of the activation; null where it has none.</summary>
    public XIeluParameters? XIelu { get; }

    /// <summary>Those of the mixture in place of gate, up and down; null for a dense layer.</summary>
    public ExpertParameters? Experts { get; }

    public NormParameters? MlpOutputNorm { get; }

    /// <summary>Each once.</summary>
    public IEnumerable<Parameter> All => new IEnumerable<Parameter?>?[]
    {
        InputNorm?.All, Convolution?.All, DeltaRule?.All, [QueryKeyValue, QueryKeyValueBias], QueryNorm?.All, KeyNorm?.All,
        [Sinks, AttentionOutput, AttentionOutputBias], AttentionOutputNorm?.All,
        _architecture.ParallelBranches ? null : MlpNorm?.All, [GateUp, GateUpBias, Down, DownBias], MlpOutputNorm?.All, XIelu?.All, Experts?.All,
    }.OfType<IEnumerable<Parameter?>>().SelectMany(weights => weights).OfType<Parameter>();

    /// <summary>The norm with these weights, as the architecture computes it; null for no norm.</summary>
    public INorm? Norm(NormParameters? weights) => weights is null ? null : _architecture.Norm(weights);

    private static ShortConvolutionParameters ConvolutionOf(
        ShortConvolutionArchitecture architecture, long hidden, LayerNames names, Func<string, string> full)
    {
        ShortConvolutionNames own = names.Convolution;
        Parameter Weight(ParameterKind kind, string name, params long[] shape) => new(kind, (full(name) + ".weight", shape));
        Parameter? Bias(string name, long size) => architecture.Bias ? new(ParameterKind.Bias, (full(name) + ".bias", [size])) : null;
        return new ShortConvolutionParameters(
            Weight(ParameterKind.Projection, own.Input, 3 * hidden, hidden), Weight(ParameterKind.Coefficient, own.Kernel, hidden, 1, architecture.Kernel),
            Weight(ParameterKind.Projection, own.Output, hidden, hidden), Bias(own.Input, 3 * hidden), Bias(own.Kernel, hidden), Bias(own.Output, hidden));
    }

    private static DeltaRuleParameters DeltaRuleOf(DeltaRuleArchitecture rule, long hidden, LayerNames names, Func<string, string> full)
    {
        DeltaRuleNames own = names.DeltaRule;
        Parameter Of(ParameterKind kind, string name, params long[] shape) => new(kind, (full(name), shape));
        long[] rows = [rule.Channels, rule.ValueSize, rule.ValueHeads, rule.ValueHeads];
        return new DeltaRuleParameters(
            new Parameter(ParameterKind.Projection, [.. own.Inputs.Zip(rows, (name, count) => (full(name) + ".weight", new[] { count, hidden }))]),
            Of(ParameterKind.Coefficient, own.Kernel + ".weight", rule.Channels, 1, rule.Kernel),
            Of(ParameterKind.Coefficient, own.LogDecay, rule.ValueHeads), Of(ParameterKind.Coefficient, own.DecayBias, rule.ValueHeads),
            Of(ParameterKind.Norm, own.Norm + ".weight", rule.ValueDim), Of(ParameterKind.Projection, own.Output + ".weight", hidden, rule.ValueSize));
    }

    /// <summary>One name for all rows where the checkpoint holds them in one tensor.</summary>
    private static IEnumerable<(string Name, long Rows)> Rows(IReadOnlyList<string> parts, long[] rows) =>
        parts.Count == 1 ? [(parts[0], rows.Sum())] : parts.Zip(rows);
}
