using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Parameters;
using TorchSharp;
using static TorchSharp.torch;
using Functional = TorchSharp.torch.nn.functional;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>A Llama layer as the reference trainers run it: seven projections, autograd.</summary>
internal sealed class ReferenceLayer
{
    private readonly DecoderArchitecture _architecture;
    private readonly TorchSharp.Modules.Parameter _query, _key, _value, _output, _gate, _up, _down, _inputNorm, _mlpNorm;

    /// <summary>With copies of the weights of <paramref name="source"/>.</summary>
    public ReferenceLayer(DecoderArchitecture architecture, LayerParameters source)
    {
        _architecture = architecture;
        long query = architecture.QuerySize, keyValue = architecture.KeyValueSize, intermediate = architecture.IntermediateSize;
        _query = ReferenceModel.Copy(source.QueryKeyValue.Value.narrow(0, 0, query));
        _key = ReferenceModel.Copy(source.QueryKeyValue.Value.narrow(0, query, keyValue));
        _value = ReferenceModel.Copy(source.QueryKeyValue.Value.narrow(0, query + keyValue, keyValue));
        _output = ReferenceModel.Copy(source.AttentionOutput.Value);
        _gate = ReferenceModel.Copy(source.GateUp!.Value.narrow(0, 0, intermediate));
        _up = ReferenceModel.Copy(source.GateUp!.Value.narrow(0, intermediate, intermediate));
        _down = ReferenceModel.Copy(source.Down!.Value);
        _inputNorm = ReferenceModel.Copy(source.InputNorm!.Weight!.Value);
        _mlpNorm = ReferenceModel.Copy(source.MlpNorm!.Weight!.Value);
    }

    public IEnumerable<TorchSharp.Modules.Parameter> Parameters => [_query, _key, _value, _output, _gate, _up, _down, _inputNorm, _mlpNorm];

    /// <param name="x">[B, T, hidden]</param>
    /// <param name="cos">[1, 1, T, headDim]</param>
    /// <param name="sin">[1, 1, T, headDim]</param>
    /// <param name="mask">[B, 1, T, T] bool</param>
    public Tensor Forward(Tensor x, Tensor cos, Tensor sin, Tensor mask)
    {
        Tensor normed = TorchScript.RmsNorm(x, _inputNorm);
        Tensor query = Rotate(Heads(Functional.linear(normed, _query), _architecture.HeadCount), cos, sin);
        Tensor key = Rotate(Heads(Functional.linear(normed, _key), _architecture.KeyValueHeadCount), cos, sin);
        Tensor value = Heads(Functional.linear(normed, _value), _architecture.KeyValueHeadCount);
        Tensor attention = TorchScript.Attention(query, key, value, mask).transpose(1, 2).reshape(x.shape[0], x.shape[1], -1);
        x = x + Functional.linear(attention, _output);
        Tensor middle = TorchScript.RmsNorm(x, _mlpNorm);
        return x + Functional.linear(Functional.silu(Functional.linear(middle, _gate)) * Functional.linear(middle, _up), _down);
    }

    /// <summary>[B, heads, T, headDim]</summary>
    private Tensor Heads(Tensor rows, long heads) => rows.view(rows.shape[0], rows.shape[1], heads, _architecture.HeadDim).transpose(1, 2);

    private Tensor Rotate(Tensor heads, Tensor cos, Tensor sin)
    {
        long half = _architecture.HeadDim / 2;
        return (heads * cos) + (cat([-heads.narrow(3, half, half), heads.narrow(3, 0, half)], 3) * sin);
    }
}
