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
    private readonly IMlpActivation _activation;
    private readonly INorm? _inputNorm, _outputNorm;
    private readonly Linear _router;
    private readonly Parameter? _correction, _downBias, _scales;
    private readonly RmsNorm? _routerNorm;
    private readonly float _routerFactor;
    private readonly IExpertProjection _gateUps, _downs;
    private readonly SharedExpert? _shared;

    public ExpertsBlock(DecoderArchitecture architecture, LayerParameters parameters, ExpertParameters experts)
        : this(architecture, experts, parameters.Norm(parameters.MlpNorm), parameters.Norm(parameters.MlpOutputNorm))
    {
    }

    /// <param name="inputNorm">Null for none.</param>
    /// <param name="outputNorm">Null for none.</param>
    public ExpertsBlock(DecoderArchitecture architecture, ExpertParameters experts, INorm? inputNorm, INorm? outputNorm)
    {
        _experts = experts.Architecture;
        _activation = (IMlpActivation?)_experts.Clamped ?? new GatedActivation(architecture.Activation);
        (_inputNorm, _outputNorm, _scales) = (inputNorm, outputNorm, experts.Scales);
        if (experts.RouterScale is { } scale)
            (_routerNorm, _routerFactor) = (new RmsNorm(scale, architecture.NormEpsilon, addsOne: false), (float)(1 / Math.Sqrt(architecture.HiddenSize)));
        _router = new Linear(experts.Router, experts.RouterBias);
        (_correction, _downBias) = (experts.Correction, experts.DownBias);
        _gateUps = experts.GateUp is { } gateUp ? new JoinedExperts(gateUp, experts.IsInputFirst, experts.GateUpBias) : new SingleExperts(experts.GateUps);
        _downs = experts.Down is { } down ? new JoinedExperts(down, experts.IsInputFirst) : new SingleExperts(experts.Downs);
        if (experts.Shared is { } shared) _shared = new SharedExpert(architecture.Activation, shared);
    }

    public Tensor Forward(Tensor input, LayerActivations? keep, RoutedRows? routed = null)
    {
        using NewScope scope = new();
        Tensor normed = OptionalNorm.Forward(_inputNorm, input).Output; // [N, hidden]
        var routing = new ExpertRouting(_experts, _router.Forward(RouterInput(input, normed).Rows), _correction?.Value);
        routed?.Add(routing);
        Tensor rows = normed.index_select(0, routing.Rows); // [N * k, hidden], by expert
        Tensor output = _shared?.Forward(normed, keep) ?? zeros_like(normed);
        foreach ((int expert, int start, int count) in routing.Groups)
        {
            using DisposeScope inner = NewDisposeScope();
            Tensor gateUp = _gateUps.Forward(expert, rows.narrow(0, start, count)); // [count, 2 * intermediate]
            keep?.KeepExpertGateUp(gateUp);
            Tensor weights = Scaled(routing.Weights.narrow(0, start, count), expert), weighted = _activation.Forward(gateUp).mul_(weights);
            Tensor part = _downs.Forward(expert, weighted);
            if (_downBias is not null) part.addmm_(weights, BiasOf(_downBias.Compute, expert), beta: 1, alpha: 1);
            output.index_add_(0, routing.Rows.narrow(0, start, count), part, 1);
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
            gradient = _outputNorm.Backward(gradient, kept.MlpOutput!, _outputNorm.Forward(kept.MlpOutput!).Statistics);
        ExpertRouting routing = kept.Routing!;
        (Tensor normed, Tensor? statistics) = OptionalNorm.Forward(_inputNorm, input);
        Tensor rows = normed.index_select(0, routing.Rows), gradients = gradient.index_select(0, routing.Rows); // [N * k, hidden], by expert
        Tensor result = _shared?.Backward(gradient, normed, kept) ?? zeros_like(normed), weightGradient = empty_like(routing.Weights);
        for (int i = 0; i < routing.Groups.Count; i++)
        {
            using DisposeScope inner = NewDisposeScope();
            (int expert, int start, int count) = routing.Groups[i];
            Tensor gateUp = kept.ExpertGateUps[i], own = gradients.narrow(0, start, count);
            Tensor unscaled = routing.Weights.narrow(0, start, count), weights = Scaled(unscaled, expert);
            Tensor gated = _activation.Forward(gateUp); // [count, intermediate]
            Tensor weighted = _downs.Backward(expert, own, gated * weights);
            Tensor ofWeights = weightGradient.narrow(0, start, count).copy_((weighted * gated).sum(-1, keepdim: true));
            if (_downBias is not null) BiasBackward(_downBias, expert, own, weights, ofWeights);
            if (_scales is not null) ScaleBackward(_scales, expert, unscaled, ofWeights);
            _activation.BackwardInPlace(weighted.mul_(weights), gateUp);
            Tensor part = _gateUps.Backward(expert, gateUp, rows.narrow(0, start, count));
            result.index_add_(0, routing.Rows.narrow(0, start, count), part, 1);
        }
        (Tensor routerInput, Tensor? routerStatistics) = RouterInput(input, normed);
        Tensor ofRouter = _router.Backward(routing.Backward(weightGradient, routed?.Gradient()), routerInput);
        if (_routerNorm is null) result.add_(ofRouter);
        if (_inputNorm is not null) result = _inputNorm.Backward(result, input, statistics!);
        return scope.Keep(_routerNorm is null ? result : result.add_(_routerNorm.Backward(ofRouter.mul_(_routerFactor), input, routerStatistics!)));
    }

    /// <summary>The gradient of an expert's scale; that of the scaled weights becomes that of the weights.</summary>
    private static void ScaleBackward(Parameter scales, int expert, Tensor weights, Tensor weightGradient)
    {
        if (scales.IsTrained) scales.Gradient.narrow(0, expert, 1).add_((weightGradient * weights).to(float32).sum());
        weightGradient.mul_(scales.Value.narrow(0, expert, 1).to(weights.dtype));
    }

    /// <summary>What the router reads: as the experts, or the stream itself behind a norm of its own.</summary>
    private (Tensor Rows, Tensor? Statistics) RouterInput(Tensor input, Tensor normed)
    {
        if (_routerNorm is null) return (normed, null);
        (Tensor rows, Tensor statistics) = _routerNorm.Forward(input);
        return (rows.mul_(_routerFactor), statistics);
    }

    private Tensor Scaled(Tensor weights, int expert) => _scales is null ? weights : weights * _scales.Value.narrow(0, expert, 1).to(weights.dtype);

    /// <summary>The bias of a down projection is weighed too.</summary>
    private static void BiasBackward(Parameter bias, int expert, Tensor gradient, Tensor weights, Tensor weightGradient)
    {
        Tensor own = BiasOf(bias.Compute, expert); // [1, hidden]
        weightGradient.addmm_(gradient, own.t(), beta: 1, alpha: 1);
        if (bias.IsTrained) BiasOf(bias.Gradient, expert).add_((gradient * weights).to(float32).sum([0L]));
    }

    /// <returns>[1, hidden], a view</returns>
    private static Tensor BiasOf(Tensor biases, int expert) => biases.narrow(0, expert, 1);
}
