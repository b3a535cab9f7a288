using Microsoft.ML.SimPO.Models.Families;
using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.PerLayer;

/// <summary>
/// What layers get of each token beside the stream: the sum of an embedding of its own, times sqrt(size), and of a projection of the stream's embedding, times
/// 1 / sqrt(hidden) and normed layer by layer; over sqrt(2).
/// </summary>
internal sealed class PerLayerEmbedding
{
    private readonly PerLayerInputArchitecture _architecture;
    private readonly Linear _projection;
    private readonly INorm _norm;
    private readonly float _tableScale, _projectionScale;

    public PerLayerEmbedding(DecoderArchitecture architecture, LayerNames names, PerLayerInputArchitecture own)
    {
        _architecture = own;
        string Full(string name) => $"{names.Prefix}{name}";
        var table = new Parameter(ParameterKind.Embedding, ($"{Full(names.PerLayerEmbedding)}.weight", [own.VocabularySize, own.Width]));
        _projection = new Linear(new Parameter(ParameterKind.Projection, ($"{Full(names.PerLayerProjection)}.weight", [own.Width, architecture.HiddenSize])));
        NormParameters norm = architecture.NormOf(Full(names.PerLayerProjectionNorm), own.Size);
        _norm = architecture.Norm(norm);
        _tableScale = (float)Math.Sqrt(own.Size);
        _projectionScale = (float)(1 / Math.Sqrt(architecture.HiddenSize));
        Parameters = [table, _projection.Weight, .. norm.All];
    }

    /// <summary>The embedding first.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>[vocabulary, size * layers]</summary>
    private Parameter Table => Parameters[0];

    /// <param name="embedded">[N, hidden], the stream before the first layer</param>
    /// <returns>[N, size * layers]</returns>
    public Tensor Forward(Tensor ids, Tensor embedded)
    {
        using NewScope scope = new();
        Tensor projected = _projection.Forward(embedded).mul_(_projectionScale).view(-1, _architecture.Size);
        Tensor normed = _norm.Forward(projected).Output.view(-1, _architecture.Width);
        return scope.Keep(Table.Compute.index_select(0, ids).mul_(_tableScale).add_(normed).mul_(Half));
    }

    /// <summary>Adds to the parameters' gradients and returns what else moves with <paramref name="embedded"/>.</summary>
    /// <param name="gradient">[N, size * layers]</param>
    /// <param name="lookedUp">Which rows count where they were looked up, [N, 1]; null for all.</param>
    public Tensor Backward(Tensor gradient, Tensor ids, Tensor embedded, Tensor? lookedUp)
    {
        using NewScope scope = new();
        gradient = gradient * Half;
        if (Table.IsTrained) Table.Gradient.index_add_(0, ids, (lookedUp is null ? gradient : gradient * lookedUp).to(float32), _tableScale);
        Tensor projected = _projection.Forward(embedded).mul_(_projectionScale).view(-1, _architecture.Size);
        Tensor normed = _norm.Backward(gradient.view(-1, _architecture.Size), projected, _norm.Forward(projected).Statistics);
        return scope.Keep(_projection.Backward(normed.view(-1, _architecture.Width).mul_(_projectionScale), embedded));
    }

    private static float Half => (float)(1 / Math.Sqrt(2));
}
