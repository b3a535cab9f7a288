using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Experts;

/// <summary>
/// The MLP branch of a layer with experts: the sum over a row's experts of down_e(weight_e * activation(gate_e x) * (up_e x)), with its norms.
/// The weight goes in before the down projection, which is linear: so its gradient needs no expert's output.
/// </summary>
internal sealed class ExpertsBlock : IMlpBlock
{
    private readonly ExpertArchitecture _experts;
    private readonly GatedActivation _gated;
    private readonly RmsNorm? _inputNorm, _outputNorm;
    private readonly Linear _router;
    private readonly Linear[] _gateUps, _downs;

    public ExpertsBlock(DecoderArchitecture architecture, LayerParameters parameters, ExpertParameters experts)
    {
        _experts = experts.Architecture;
        _gated = new GatedActivation(architecture.Activation);
        _inputNorm = parameters.Norm(parameters.MlpNorm);
        _outputNorm = parameters.Norm(parameters.MlpOutputNorm);
        _router = new Linear(experts.Router);
        _gateUps = [.. experts.GateUps.Select(p => new Linear(p))];
        _downs = [.. experts.Downs.Select(p => new Linear(p))];
    }

    public Tensor Forward(Tensor input, LayerActivations? keep, RoutedRows? routed = null)
    {
        using NewScope scope = new();
        Tensor normed = Normed(input).Output; // [N, hidden]
        var routing = new ExpertRouting(_experts, _router.Forward(normed));
        routed?.Add(routing);
        Tensor rows = normed.index_select(0, routing.Rows); // [N * k, hidden], by expert
        Tensor output = zeros_like(normed);
        foreach ((int expert, int start, int count) in routing.Groups)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor gateUp = _gateUps[expert].Forward(rows.narrow(0, start, count)); // [count, 2 * intermediate]
            keep?.KeepExpertGateUp(gateUp);
            Tensor weighted = _gated.Forward(gateUp).mul_(routing.Weights.narrow(0, start, count));
            output.index_add_(0, routing.Rows.narrow(0, start, count), _downs[expert].Forward(weighted), 1);
        }
        keep?.KeepRouting(routing);
        if (_outputNorm is null) return scope.Keep(output);
        keep?.KeepMlpOutput(output);
        return scope.Keep(_outputNorm.Forward(output).Output);
    }

    public Tensor Backward(Tensor gradient, Tensor input, LayerActivations kept, RoutedRows? routed = null)
    {
        using NewScope scope = new();
        if (_outputNorm is not null)
            gradient = _outputNorm.Backward(gradient, kept.MlpOutput!, _outputNorm.Forward(kept.MlpOutput!).ReciprocalRms);
        ExpertRouting routing = kept.Routing!;
        (Tensor normed, Tensor? reciprocalRms) = Normed(input);
        Tensor rows = normed.index_select(0, routing.Rows), gradients = gradient.index_select(0, routing.Rows); // [N * k, hidden], by expert
        Tensor result = zeros_like(normed), weightGradient = empty_like(routing.Weights);
        for (int i = 0; i < routing.Groups.Count; i++)
        {
            using DisposeScope inner = NewDisposeScope();
            (int expert, int start, int count) = routing.Groups[i];
            Tensor gateUp = kept.ExpertGateUps[i], weights = routing.Weights.narrow(0, start, count);
            Tensor gated = _gated.Forward(gateUp); // [count, intermediate]
            Tensor weighted = _downs[expert].Backward(gradients.narrow(0, start, count), gated * weights);
            weightGradient.narrow(0, start, count).copy_((weighted * gated).sum(-1, keepdim: true));
            _gated.BackwardInPlace(weighted.mul_(weights), gateUp);
            Tensor part = _gateUps[expert].Backward(gateUp, rows.narrow(0, start, count));
            result.index_add_(0, routing.Rows.narrow(0, start, count), part, 1);
        }
        result.add_(_router.Backward(routing.Backward(weightGradient, routed?.Gradient()), normed));
        return scope.Keep(_inputNorm is null ? result : _inputNorm.Backward(result, input, reciprocalRms!));
    }

    private (Tensor Output, Tensor? ReciprocalRms) Normed(Tensor input) => _inputNorm is null ? (input, null) : _inputNorm.Forward(input);
}
