using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Recurrent;

/// <summary>
/// Queries, keys and values through a convolution and silu, the gated delta rule over them, a norm of each head, a gate, and the output projection.
/// </summary>
internal sealed class DeltaRuleBlock : IMixerBlock
{
    private const float Least = 1e-6f; // of a square that is divided by

    private readonly DeltaRuleArchitecture _rule;
    private readonly DeltaRuleParameters _own;
    private readonly INorm? _inputNorm;
    private readonly RmsNorm _norm;
    private readonly Linear _input, _output;
    private readonly CausalConvolution _convolution;
    private readonly GatedActivation _gated = new(Activation.Silu);
    private readonly int _layer;

    public DeltaRuleBlock(DecoderArchitecture architecture, int layer, LayerParameters parameters, DeltaRuleParameters own)
    {
        (_rule, _own, _layer) = (architecture.Layers[layer].DeltaRule!, own, layer);
        _inputNorm = parameters.Norm(parameters.InputNorm);
        _norm = new RmsNorm(own.Norm, architecture.NormEpsilon, addsOne: false);
        (_input, _output) = (new Linear(own.Input), new Linear(own.Output));
        _convolution = new CausalConvolution(layer, own.Kernel, null);
    }

    public Tensor Forward(Tensor input, DecoderPass pass, LayerActivations? keep)
    {
        using NewScope scope = new();
        Tensor projected = _input.Forward(OptionalNorm.Forward(_inputNorm, input).Output); // [N, channels + valueSize + 2 valueHeads]
        Tensor convolved = _convolution.Forward(Channels(projected).to(float32), pass); // [N, channels]
        (Rows rows, DeltaRuleInputs inputs) = Inputs(convolved, projected);
        Tensor output = Rule(inputs, pass); // [N, valueHeads, valueDim]
        keep?.KeepMixer(projected);
        keep?.KeepAttention(output);
        return scope.Keep(_output.Forward(Gated(output, projected)));
    }

    public Tensor Output(LayerActivations kept)
    {
        using NewScope scope = new();
        return scope.Keep(_output.Forward(Gated(kept.Attention, kept.Mixer!)));
    }

    public Tensor Backward(Tensor gradient, Tensor input, DecoderPass pass, LayerActivations kept)
    {
        using NewScope scope = new();
        Tensor projected = kept.Mixer!, result = empty_like(projected);
        Tensor output = GatedBackward(_output.Backward(gradient, Gated(kept.Attention, projected)), kept.Attention, projected, result);
        Tensor channels = Channels(projected).to(float32), convolved = _convolution.Forward(channels, pass);
        (Rows rows, DeltaRuleInputs inputs) = Inputs(convolved, projected);
        DeltaRuleInputs gradients = DeltaRule.Backward(inputs, pass.Batch, output.transpose(0, 1).contiguous());
        Channels(result).copy_(_convolution.Backward(ConvolvedBackward(gradients, rows, convolved), channels, pass));
        GatesBackward(gradients, projected, result);
        if (_inputNorm is null) return scope.Keep(_input.Backward(result, input));
        (Tensor normed, Tensor statistics) = _inputNorm.Forward(input);
        return scope.Keep(_inputNorm.Backward(_input.Backward(result, normed), input, statistics));
    }

    private Tensor Rule(DeltaRuleInputs inputs, DecoderPass pass)
    {
        if (pass.States is { IsContinuing: true } states)
        {
            (Tensor stepped, Tensor state) = DeltaRule.Step(inputs, states.State(_layer));
            states.KeepState(_layer, state);
            return stepped.transpose(0, 1).contiguous();
        }
        Tensor output = empty_like(inputs.Value), ends = DeltaRule.Forward(inputs, pass.Batch, output);
        pass.States?.KeepState(_layer, ends);
        return output.transpose(0, 1).contiguous();
    }

    /// <summary>[N, channels], a view</summary>
    private Tensor Channels(Tensor projected) => projected.narrow(1, 0, _rule.Channels);

    /// <summary>[N, valueSize], a view: what gates the output</summary>
    private Tensor Gate(Tensor projected) => projected.narrow(1, _rule.Channels, _rule.ValueSize);

    /// <summary>[N, valueHeads], a view: how much is written, before the logistic function</summary>
    private Tensor Write(Tensor projected) => projected.narrow(1, _rule.Channels + _rule.ValueSize, _rule.ValueHeads);

    /// <summary>[N, valueHeads], a view: how much is forgotten, before its bias</summary>
    private Tensor Decay(Tensor projected) => projected.narrow(1, _rule.Channels + _rule.ValueSize + _rule.ValueHeads, _rule.ValueHeads);

    /// <summary>Behind convolution and silu: queries and keys of length 1, a key head for each value head.</summary>
    private (Rows Rows, DeltaRuleInputs Inputs) Inputs(Tensor convolved, Tensor projected)
    {
        Tensor active = nn.functional.silu(convolved);
        var rows = new Rows(
            active.narrow(1, 0, _rule.KeySize).view(-1, _rule.KeyHeads, _rule.KeyDim),
            active.narrow(1, _rule.KeySize, _rule.KeySize).view(-1, _rule.KeyHeads, _rule.KeyDim));
        Tensor value = active.narrow(1, 2 * _rule.KeySize, _rule.ValueSize).view(-1, _rule.ValueHeads, _rule.ValueDim);
        Tensor write = Write(projected).to(float32).sigmoid(), decay = LogDecay(projected); // [N, valueHeads]
        return (rows, new DeltaRuleInputs(
            ByHead(Repeated(Unit(rows.Query) * QueryScale)), ByHead(Repeated(Unit(rows.Key))), ByHead(value), ByHead(write), ByHead(decay)));
    }

    private float QueryScale => (float)(1 / Math.Sqrt(_rule.KeyDim));

    /// <summary>-e^A softplus(a + bias)</summary>
    private Tensor LogDecay(Tensor projected) => nn.functional.softplus(Decay(projected).to(float32) + _own.DecayBias.Value) * -_own.LogDecay.Value.exp();

    /// <summary>The gradient of what the convolution gave.</summary>
    private Tensor ConvolvedBackward(DeltaRuleInputs gradients, Rows rows, Tensor convolved)
    {
        Tensor query = UnitBackward(Folded(ByRow(gradients.Query)) * QueryScale, rows.Query), key = UnitBackward(Folded(ByRow(gradients.Key)), rows.Key);
        Tensor active = cat([query.flatten(1), key.flatten(1), ByRow(gradients.Value).flatten(1)], 1); // [N, channels]
        Tensor sigmoid = convolved.sigmoid();
        return active.mul_(sigmoid).mul_((1 - sigmoid).mul_(convolved).add_(1f));
    }

    private void GatesBackward(DeltaRuleInputs gradients, Tensor projected, Tensor result)
    {
        Tensor write = Write(projected).to(float32).sigmoid(), forget = ByRow(gradients.Decay); // [N, valueHeads]
        Write(result).copy_(ByRow(gradients.Write) * write * (1 - write));
        if (_own.LogDecay.IsTrained) _own.LogDecay.Gradient.add_((forget * LogDecay(projected)).sum([0L]));
        Tensor biased = (Decay(projected).to(float32) + _own.DecayBias.Value).sigmoid_().mul_(forget).mul_(-_own.LogDecay.Value.exp());
        if (_own.DecayBias.IsTrained) _own.DecayBias.Gradient.add_(biased.sum([0L]));
        Decay(result).copy_(biased);
    }

    /// <returns>[N, valueSize]</returns>
    private Tensor Gated(Tensor output, Tensor projected)
    {
        Tensor normed = _norm.Forward(output.view(-1, _rule.ValueDim)).Output.view(-1, _rule.ValueSize);
        return _gated.Forward(cat([Gate(projected), normed.to(projected.dtype)], 1));
    }

    /// <returns>The gradient of the rule's output, [N, valueHeads, valueDim]; that of the gate goes into <paramref name="result"/>.</returns>
    private Tensor GatedBackward(Tensor gradient, Tensor output, Tensor projected, Tensor result)
    {
        Tensor heads = output.view(-1, _rule.ValueDim);
        (Tensor normed, Tensor statistics) = _norm.Forward(heads);
        Tensor both = cat([Gate(projected), normed.view(-1, _rule.ValueSize).to(projected.dtype)], 1);
        _gated.BackwardInPlace(gradient, both);
        Gate(result).copy_(both.narrow(1, 0, _rule.ValueSize));
        Tensor normedGradient = both.narrow(1, _rule.ValueSize, _rule.ValueSize).to(float32).contiguous().view(-1, _rule.ValueDim);
        return _norm.Backward(normedGradient, heads, statistics).view(-1, _rule.ValueHeads, _rule.ValueDim);
    }

    private static Tensor Unit(Tensor heads) => heads * Reciprocal(heads);

    /// <summary>With r = 1 / |x|: r (g - u (u g)), u = r x.</summary>
    private static Tensor UnitBackward(Tensor gradient, Tensor heads)
    {
        Tensor reciprocal = Reciprocal(heads), unit = heads * reciprocal;
        return (gradient - (unit * (unit * gradient).sum(-1, keepdim: true))) * reciprocal;
    }

    private static Tensor Reciprocal(Tensor heads) => (heads.square().sum(-1, keepdim: true) + Least).rsqrt_();

    /// <summary>[heads, N, ...], rows of a head one after another</summary>
    private static Tensor ByHead(Tensor rows) => rows.transpose(0, 1).contiguous();

    private static Tensor ByRow(Tensor heads) => heads.transpose(0, 1);

    /// <summary>[N, valueHeads, keyDim]</summary>
    private Tensor Repeated(Tensor keys) => keys.repeat_interleave(_rule.ValueHeads / _rule.KeyHeads, 1);

    /// <summary>The sum over the value heads of a key head.</summary>
    private Tensor Folded(Tensor gradient) =>
        gradient.reshape(gradient.shape[0], _rule.KeyHeads, _rule.ValueHeads / _rule.KeyHeads, _rule.KeyDim).sum([2L]);

    /// <param name="Query">[N, keyHeads, keyDim], before it has length 1</param>
    /// <param name="Key">[N, keyHeads, keyDim], before it has length 1</param>
    private sealed record Rows(Tensor Query, Tensor Key);
}
