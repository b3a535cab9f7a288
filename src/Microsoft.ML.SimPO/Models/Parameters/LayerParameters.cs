using Microsoft.ML.SimPO.Models.Attention;
using Microsoft.ML.SimPO.Models.Experts;
using Microsoft.ML.SimPO.Models.Families;
using Microsoft.ML.SimPO.Models.Layers;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Parameters;

/// <summary>The weights of one layer, with q, k, v in one matrix and gate, up in one.</summary>
internal sealed class LayerParameters
{
    private readonly DecoderArchitecture _architecture;

    public LayerParameters(DecoderArchitecture architecture, LayerNames names, int layer)
    {
        _architecture = architecture;
        string Full(string name) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"model.layers.{layer}.{name}");
        long hidden = architecture.HiddenSize, intermediate = architecture.IntermediateSize;
        long[] queryKeyValue = [architecture.QuerySize, architecture.KeyValueSize, architecture.KeyValueSize];
        long[] gateUp = [intermediate, intermediate];

        Parameter Weight(IReadOnlyList<string> parts, long[] rows, long columns) =>
            new(ParameterKind.Projection, [.. Rows(parts, rows).Select(r => (Full(r.Name) + ".weight", new[] { r.Rows, columns }))]);
        Parameter? Bias(bool has, IReadOnlyList<string> parts, long[] rows) =>
            has ? new(ParameterKind.Bias, [.. Rows(parts, rows).Select(r => (Full(r.Name) + ".bias", new[] { r.Rows }))]) : null;
        Parameter? NormWeight(bool has, string name, long size) =>
            has ? new(ParameterKind.Norm, (Full(name) + ".weight", [size])) : null;

        bool headNorms = architecture.QueryKeyNorm != QueryKeyNorm.None, perHead = architecture.QueryKeyNorm == QueryKeyNorm.PerHead;
        InputNorm = NormWeight(architecture.InputNorms, names.InputNorm, hidden);
        QueryKeyValue = Weight(names.QueryKeyValue, queryKeyValue, hidden);
        QueryKeyValueBias = Bias(architecture.QueryKeyValueBias, names.QueryKeyValue, queryKeyValue);
        QueryNorm = NormWeight(headNorms, names.QueryNorm, perHead ? architecture.HeadDim : architecture.QuerySize);
        KeyNorm = NormWeight(headNorms, names.KeyNorm, perHead ? architecture.HeadDim : architecture.KeyValueSize);
        AttentionOutput = Weight([names.AttentionOutput], [hidden], architecture.QuerySize);
        AttentionOutputBias = Bias(architecture.AttentionOutputBias, [names.AttentionOutput], [hidden]);
        AttentionOutputNorm = NormWeight(architecture.OutputNorms, names.AttentionOutputNorm, hidden);
        MlpNorm = NormWeight(architecture.InputNorms, names.MlpNorm, hidden);
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
    }

    public Parameter? InputNorm { get; }

    /// <summary>[(heads + 2 keyValueHeads) * headDim, hidden]</summary>
    public Parameter QueryKeyValue { get; }

    public Parameter? QueryKeyValueBias { get; }

    public Parameter? QueryNorm { get; }

    public Parameter? KeyNorm { get; }

    /// <summary>[hidden, heads * headDim]</summary>
    public Parameter AttentionOutput { get; }

    public Parameter? AttentionOutputBias { get; }

    public Parameter? AttentionOutputNorm { get; }

    public Parameter? MlpNorm { get; }

    /// <summary>[2 * intermediate, hidden]; null where the layer has experts.</summary>
    public Parameter? GateUp { get; }

    public Parameter? GateUpBias { get; }

    /// <summary>[hidden, intermediate]; null where the layer has experts.</summary>
    public Parameter? Down { get; }

    public Parameter? DownBias { get; }

    /// <summary>Those of the mixture in place of gate, up and down; null for a dense layer.</summary>
    public ExpertParameters? Experts { get; }

    public Parameter? MlpOutputNorm { get; }

    public IEnumerable<Parameter> All => new[]
    {
        InputNorm, QueryKeyValue, QueryKeyValueBias, QueryNorm, KeyNorm, AttentionOutput, AttentionOutputBias, AttentionOutputNorm,
        MlpNorm, GateUp, GateUpBias, Down, DownBias, MlpOutputNorm,
    }.OfType<Parameter>().Concat(Experts?.All ?? []);

    /// <summary>The norm with this weight, as the architecture computes it; null for no weight.</summary>
    public RmsNorm? Norm(Parameter? weight) => weight is null ? null : new RmsNorm(weight, _architecture.NormEpsilon, _architecture.NormAddsOne);

    /// <summary>One name for all rows where the checkpoint holds them in one tensor.</summary>
    private static IEnumerable<(string Name, long Rows)> Rows(IReadOnlyList<string> parts, long[] rows) =>
        parts.Count == 1 ? [(parts[0], rows.Sum())] : parts.Zip(rows);
}
