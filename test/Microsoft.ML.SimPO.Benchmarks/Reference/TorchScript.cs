using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>What the reference needs of libtorch beyond TorchSharp, all recorded by autograd.</summary>
internal static class TorchScript
{
    private static readonly jit.CompilationUnit Unit = jit.compile("""
        def attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
            return torch.scaled_dot_product_attention(q, k, v, mask, 0.0, False, enable_gqa=True)

        def embedding(ids: Tensor, weight: Tensor) -> Tensor:
            return torch.embedding(weight, ids)

        def rms_norm(x: Tensor, weight: Tensor) -> Tensor:
            return torch.rms_norm(x, [x.size(-1)], weight, 1e-5)

        """);

    public static Tensor Attention(Tensor query, Tensor key, Tensor value, Tensor mask) => (Tensor)Unit.invoke("attention", query, key, value, mask);

    public static Tensor Embedding(Tensor ids, Tensor weight) => (Tensor)Unit.invoke("embedding", ids, weight);

    public static Tensor RmsNorm(Tensor input, Tensor weight) => (Tensor)Unit.invoke("rms_norm", input, weight);
}
