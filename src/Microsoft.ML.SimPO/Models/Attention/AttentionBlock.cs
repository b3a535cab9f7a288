using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Attention;

/// <summary>The attention branch of a layer, from the residual stream to what is added to it.</summary>
internal sealed class AttentionBlock : IMixerBlock
{
    private readonly DecoderArchitecture _architecture;
    private readonly int _layer;
    private readonly INorm? _inputNorm, _outputNorm, _queryNorm, _keyNorm;
    private readonly Linear _queryKeyValue, _output;
    private readonly LayerArchitecture _own;
    private readonly KeySource _keys;
    private readonly RmsNorm? _valueNorm;
    private readonly Parameter? _sinks;
    private readonly OutputGate? _gate;
    private readonly bool _normsLast;

    public AttentionBlock(DecoderArchitecture architecture, int layer, LayerParameters parameters)
    {
        (_architecture, _layer, _normsLast) = (architecture, layer, architecture.QueryKeyNormAfterRotary);
        _inputNorm = parameters.Norm(parameters.InputNorm);
        _queryKeyValue = new Linear(parameters.QueryKeyValue, parameters.QueryKeyValueBias);
        _own = architecture.Layers[layer];
        _keys = new KeySource(architecture, layer);
        _valueNorm = architecture.ValueNorm ? new RmsNorm(null, architecture.NormEpsilon, addsOne: false) : null;
        _sinks = parameters.Sinks;
        _gate = architecture.OutputGate ? new OutputGate(architecture.HeadCount, architecture.HeadDim) : null;
        _queryNorm = parameters.Norm(parameters.QueryNorm);
        _keyNorm = parameters.Norm(parameters.KeyNorm);
        _output = new Linear(parameters.AttentionOutput, parameters.AttentionOutputBias);
        _outputNorm = parameters.Norm(parameters.AttentionOutputNorm);
    }

    public Tensor Forward(Tensor input, DecoderPass pass, LayerActivations? keep)
    {
        using NewScope scope = new();
        long rows = input.shape[0];
        Tensor queryKeyValue = _queryKeyValue.Forward(OptionalNorm.Forward(_inputNorm, input).Output, keep?.Room(rows, _queryKeyValue.Outputs));
        Tensor? gate = null;
        if (_gate is not null) (queryKeyValue, gate) = _gate.Split(queryKeyValue, keep);
        queryKeyValue = _keys.Complete(queryKeyValue, pass);
        if (!_normsLast) queryKeyValue = NormHeads(queryKeyValue, keep);
        pass.Rotary(_layer)?.Apply(QueriesAndKeys(queryKeyValue), _architecture.HeadCount);
        if (_normsLast) queryKeyValue = NormHeads(queryKeyValue, keep);
        keep?.KeepQueryKeyValue(queryKeyValue);
        _keys.Show(queryKeyValue, pass);
        Tensor attention = pass.Attention.Forward(_layer, queryKeyValue, keep, _sinks?.Value);
        keep?.KeepAttention(attention);
        if (gate is not null) attention = OutputGate.Apply(attention, gate);
        Tensor output = _output.Forward(attention, _outputNorm is null ? null : keep?.Room(rows, _output.Outputs));
        if (_outputNorm is null) return scope.Keep(output);
        keep?.KeepAttentionOutput(output);
        return scope.Keep(_outputNorm.Forward(output).Output);
    }

    /// <summary>
    /// What <see cref="Forward"/> returned, again: a thirtieth of a step's time, where keeping it would be a tenth of the activations' memory.
    /// </summary>
    /// <returns>[N, hidden]</returns>
    public Tensor Output(LayerActivations kept)
    {
        using NewScope scope = new();
        return scope.Keep(_outputNorm is null ? _output.Forward(Gated(kept)) : _outputNorm.Forward(kept.AttentionOutput!).Output);
    }

    /// <summary>Adds to the parameters' gradients and returns the gradient of <paramref name="input"/>.</summary>
    public Tensor Backward(Tensor gradient, Tensor input, DecoderPass pass, LayerActivations kept)
    {
        using NewScope scope = new();
        if (_outputNorm is not null)
            gradient = _outputNorm.Backward(gradient, kept.AttentionOutput!, _outputNorm.Forward(kept.AttentionOutput!).Statistics);
        using PassingRoom room = kept.Passing();
        long rows = input.shape[0], width = input.shape[1];
        Tensor attention = _output.Backward(gradient, Gated(kept), room.Take(rows, _architecture.QuerySizeOf(_own)));
        Tensor? gate = kept.Gate is null ? null : OutputGate.Backward(attention, kept.Attention, kept.Gate);
        Tensor queryKeyValue = room.Take(rows, kept.QueryKeyValue.shape[1]) ?? empty_like(kept.QueryKeyValue);
        ((PackedAttention)pass.Attention).Backward(_layer, attention, kept, queryKeyValue, _sinks);
        _keys.AddLater(queryKeyValue, pass);
        if (_normsLast) NormHeadsBackward(queryKeyValue, kept);
        pass.Rotary(_layer)?.ApplyBackward(QueriesAndKeys(queryKeyValue), _architecture.HeadCount);
        if (!_normsLast) NormHeadsBackward(queryKeyValue, kept);
        queryKeyValue = _keys.CompleteBackward(queryKeyValue, pass);
        if (gate is not null) queryKeyValue = _gate!.Join(queryKeyValue, gate);
        if (_inputNorm is null) return scope.Keep(_queryKeyValue.Backward(queryKeyValue, input));
        (Tensor normed, Tensor statistics) = _inputNorm.Forward(input, room.Take(rows, width));
        Tensor result = _queryKeyValue.Backward(queryKeyValue, normed, room.Take(rows, width));
        return scope.Keep(_inputNorm.Backward(result, input, statistics));
    }

    private static Tensor Gated(LayerActivations kept) => kept.Gate is null ? kept.Attention : OutputGate.Apply(kept.Attention, kept.Gate);

    /// <summary>[N, heads + keyValueHeads, headDim], a view; queries alone where the keys are another layer's, which has turned them.</summary>
    private Tensor QueriesAndKeys(Tensor queryKeyValue)
    {
        long heads = _architecture.HeadCount + (_own.KeysOf is null ? _architecture.KeyValueHeadsOf(_own) : 0), size = _architecture.HeadDimOf(_own);
        return queryKeyValue.narrow(1, 0, heads * size).view(-1, heads, size);
    }

    /// <summary>A copy with queries and keys normed, where they are: what was before is kept.</summary>
    private Tensor NormHeads(Tensor raw, LayerActivations? keep)
    {
        if (_queryNorm is null) return raw;
        keep?.KeepRawQueryKeyValue(raw);
        using NewScope scope = new();
        Tensor normed = scope.Keep(keep?.Room(raw.shape[0], raw.shape[1])?.copy_(raw) ?? raw.clone());
        foreach ((INorm norm, long from, long size) in HeadNorms())
        {
            Tensor part = raw.narrow(1, from, size);
            normed.narrow(1, from, size).copy_(norm.Forward(NormRows(part)).Output.view(part.shape));
        }
        return normed;
    }

    /// <summary>Turns the gradient of normed queries and keys into that of the raw ones, in place.</summary>
    private void NormHeadsBackward(Tensor gradient, LayerActivations kept)
    {
        if (_queryNorm is null) return;
        Tensor raw = kept.RawQueryKeyValue!;
        foreach ((INorm norm, long from, long size) in HeadNorms())
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor part = gradient.narrow(1, from, size), rows = NormRows(raw.narrow(1, from, size));
            part.copy_(norm.Backward(NormRows(part), rows, norm.Forward(rows).Statistics).view(part.shape));
        }
    }

    private IEnumerable<(INorm Norm, long From, long Size)> HeadNorms()
    {
        long query = _architecture.QuerySizeOf(_own), keys = _architecture.KeyValueSizeOf(_own);
        yield return (_queryNorm!, 0, query);
        if (_own.KeysOf is not null) yield break;
        yield return (_keyNorm!, query, keys);
        if (_valueNorm is not null) yield return (_valueNorm, query + keys, keys);
    }

    /// <summary>Each row is what one norm sees: a head, or the whole projection.</summary>
    private Tensor NormRows(Tensor part) => _architecture.QueryKeyNorm == QueryKeyNorm.PerHead
        ? part.reshape(-1, _architecture.HeadDimOf(_own))
        : part.contiguous();
}
