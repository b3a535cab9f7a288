using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Recurrent;

/// <summary>
/// The gated delta rule on one chunk of tokens, all heads at once, as matrix products: M_t = e^g_t M_(t-1); e_t = b_t (v_t - M_t' k_t); M_t += k_t e_t';
/// o_t = M_t' q_t. With c the running sum of g in the chunk and D_ts = e^(c_t - c_s) for s up to t, the e of a chunk solve (I + L) E = b (V - e^c (K M)),
/// L_ts = b_t D_ts k_t k_s for s before t; then O = e^c (Q M) + (D * QK') E, and the state behind the chunk is e^c_C M + (e^(c_C - c) K)' E.
/// </summary>
internal static class DeltaRuleKernel
{
    /// <summary>Tokens of a chunk.</summary>
    public const int ChunkRows = 64;

    private const string Source = """
        def forward(q: Tensor, k: Tensor, v: Tensor, b: Tensor, g: Tensor, m: Tensor):
            c = torch.cumsum(g, 1)
            d = torch.tril(torch.exp(torch.tril(c.unsqueeze(2) - c.unsqueeze(1))))
            into = torch.exp(c).unsqueeze(2)
            kt = k.transpose(1, 2)
            l = torch.tril(torch.matmul(k, kt).mul_(d).mul_(b.unsqueeze(2)), -1)
            a = torch.matmul(q, kt).mul_(d)
            r = torch.mul(b.unsqueeze(2), torch.sub(v, torch.mul(into, torch.matmul(k, m))))
            e = torch.linalg_solve_triangular(l, r, upper=False, left=True, unitriangular=True)
            o = torch.mul(into, torch.matmul(q, m)).add_(torch.matmul(a, e))
            last = c.narrow(1, c.size(1) - 1, 1)
            rest = torch.exp(last - c).unsqueeze(2)
            n = torch.mul(torch.exp(last).unsqueeze(2), m).add_(torch.matmul(torch.mul(k, rest).transpose(1, 2), e))
            return o, n

        def backward(q: Tensor, k: Tensor, v: Tensor, b: Tensor, g: Tensor, m: Tensor, go: Tensor, gn: Tensor):
            c = torch.cumsum(g, 1)
            d = torch.tril(torch.exp(torch.tril(c.unsqueeze(2) - c.unsqueeze(1))))
            into = torch.exp(c).unsqueeze(2)
            kt = k.transpose(1, 2)
            x = torch.matmul(k, kt).mul_(d)
            l = torch.tril(torch.mul(b.unsqueeze(2), x), -1)
            a = torch.matmul(q, kt).mul_(d)
            km = torch.matmul(k, m)
            p = torch.sub(v, torch.mul(into, km))
            e = torch.linalg_solve_triangular(l, torch.mul(b.unsqueeze(2), p), upper=False, left=True, unitriangular=True)
            last = c.narrow(1, c.size(1) - 1, 1)
            rest = torch.exp(last - c).unsqueeze(2)
            kr = torch.mul(k, rest)
            ge = torch.matmul(a.transpose(1, 2), go).add_(torch.matmul(kr, gn))
            gr = torch.linalg_solve_triangular(l.transpose(1, 2), ge, upper=True, left=True, unitriangular=True)
            et = e.transpose(1, 2)
            gl = torch.tril(torch.matmul(gr, et), -1).neg_()
            ga = torch.tril(torch.matmul(go, et))
            gv = torch.mul(b.unsqueeze(2), gr)
            gb = torch.sum(torch.mul(gr, p), [2]).add_(torch.sum(torch.mul(gl, x), [2]))
            gkm = torch.mul(into, gv).neg_()
            goi = torch.mul(into, go)
            mt = m.transpose(1, 2)
            w = torch.mul(gl, d).mul_(b.unsqueeze(2))
            gad = torch.mul(ga, d)
            eg = torch.matmul(e, gn.transpose(1, 2))
            gq = torch.matmul(goi, mt).add_(torch.matmul(gad, k))
            gk = torch.matmul(gkm, mt).add_(torch.matmul(gad.transpose(1, 2), q)).add_(torch.matmul(w + w.transpose(1, 2), k)).add_(torch.mul(rest, eg))
            out = torch.exp(last).unsqueeze(2)
            gm = torch.matmul(kt, gkm).add_(torch.matmul(q.transpose(1, 2), goi)).add_(torch.mul(out, gn))
            f = torch.mul(ga, a).add_(torch.mul(gl, l))
            h = torch.sum(torch.mul(kr, eg), [2])
            gc = torch.sum(torch.mul(goi, torch.matmul(q, m)), [2]).add_(torch.sum(torch.mul(gkm, km), [2]))
            gc.add_(torch.sum(f, [2])).sub_(torch.sum(f, [1])).sub_(h)
            end = torch.sum(h, [1], True).add_(torch.sum(torch.mul(torch.mul(out, m), gn), [1, 2]).unsqueeze(1))
            gc.narrow(1, c.size(1) - 1, 1).add_(end)
            gg = torch.flip(torch.cumsum(torch.flip(gc, [1]), 1), [1])
            return gq, gk, gv, gb, gg, gm
        """;

    private static readonly Lazy<jit.CompilationUnit> Unit = new(Compile);

    /// <param name="x">Of the chunk.</param>
    /// <param name="state">[heads, keyDim, valueDim], before the chunk</param>
    /// <returns>[heads, rows, valueDim], and the state behind the chunk</returns>
    public static (Tensor Output, Tensor State) Forward(DeltaRuleInputs x, Tensor state) =>
        ((Tensor, Tensor))Unit.Value.invoke("forward", x.Query, x.Key, x.Value, x.Write, x.Decay, state);

    /// <param name="output">The gradient of the output.</param>
    /// <param name="next">The gradient of the state behind the chunk.</param>
    /// <returns>Gradients of all inputs, and of the state before the chunk</returns>
    public static (DeltaRuleInputs Inputs, Tensor State) Backward(DeltaRuleInputs x, Tensor state, Tensor output, Tensor next)
    {
        var all = (Tensor[])Unit.Value.invoke("backward", x.Query, x.Key, x.Value, x.Write, x.Decay, state, output, next);
        return (new DeltaRuleInputs(all[0], all[1], all[2], all[3], all[4]), all[5]);
    }

    private static jit.CompilationUnit Compile()
    {
        TorchRuntime.EnsureLoaded();
        return jit.compile(Source + "\n"); // TorchScript wants the last line ended
    }
}
