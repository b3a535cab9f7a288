using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Native;

/// <summary>
/// Operations of libtorch that TorchSharp does not wrap, reached through TorchScript. They are plain kernels: none records a graph,
/// the caller owns forward and backward. Results belong to the caller's dispose scope.
/// </summary>
internal static class FusedOperations
{
    private const string Source = """
        def attention(q: Tensor, k: Tensor, v: Tensor, mask: Optional[Tensor], causal: bool, scale: float):
            return torch._scaled_dot_product_flash_attention_for_cpu(q, k, v, 0.0, causal, attn_mask=mask, scale=scale)

        def attention_backward(g: Tensor, q: Tensor, k: Tensor, v: Tensor, out: Tensor, lse: Tensor, mask: Optional[Tensor], causal: bool, scale: float):
            return torch._scaled_dot_product_flash_attention_for_cpu_backward(g, q, k, v, out, lse, 0.0, causal, attn_mask=mask, scale=scale)

        def sdpa(q: Tensor, k: Tensor, v: Tensor, mask: Optional[Tensor], causal: bool, scale: float) -> Tensor:
            return torch.scaled_dot_product_attention(q, k, v, mask, 0.0, causal, scale=scale, enable_gqa=True)

        def rms_norm(x: Tensor, w: Tensor, eps: float):
            f = x.float()
            r = torch.rsqrt(torch.mean(torch.square(f), [-1], True).add_(eps))
            return torch.mul(f, r).mul_(w).to(x.dtype), r

        def rms_norm_backward(g: Tensor, x: Tensor, r: Tensor, w: Tensor):
            n = torch.mul(x, r)
            gn = torch.mul(g, n)
            gw = torch.sum(gn, [0])
            mean = torch.matmul(gn, w).unsqueeze_(-1).div_(x.size(-1))
            gx = torch.mul(g, w).sub_(n.mul_(mean)).mul_(r)
            return gx.to(g.dtype), gw

        def rms_norm_backward_input(g: Tensor, x: Tensor, r: Tensor, w: Tensor) -> Tensor:
            n = torch.mul(x, r)
            gw = torch.mul(g, w)
            mean = torch.mean(torch.mul(gw, n), [-1], True)
            return gw.sub_(n.mul_(mean)).mul_(r)

        def silu_gate_(g: Tensor, gate: Tensor, up: Tensor, dgate: Tensor, dup: Tensor) -> Tensor:
            torch.mul(g, torch.silu(gate), out=dup)
            return dgate.copy_(torch.silu_backward(torch.mul(g, up), gate))

        def gelu_gate_(g: Tensor, gate: Tensor, up: Tensor, dgate: Tensor, dup: Tensor, tanh: bool) -> Tensor:
            approximate = "tanh" if tanh else "none"
            torch.mul(g, torch.gelu(gate, approximate=approximate), out=dup)
            return dgate.copy_(torch.gelu_backward(torch.mul(g, up), gate, approximate=approximate))

        def gelu(x: Tensor, tanh: bool) -> Tensor:
            return torch.gelu(x, approximate="tanh" if tanh else "none")

        def exponentials_(logits: Tensor, targets: Tensor, rows: int):
            s = torch.empty([logits.size(0), 1], dtype=logits.dtype, device=logits.device)
            t = torch.empty_like(s)
            for i in range(0, logits.size(0), rows):
                n = min(rows, logits.size(0) - i)
                part = logits.narrow(0, i, n)
                part.sub_(torch.amax(part, [-1], True))
                t.narrow(0, i, n).copy_(torch.gather(part, 1, targets.narrow(0, i, n)))
                part.exp_()
                s.narrow(0, i, n).copy_(torch.sum(part, [-1], True))
            return t.sub_(torch.log(s)).squeeze_(-1), s

        def global_norm(g: List[Tensor]) -> Tensor:
            return torch.linalg_vector_norm(torch.stack(torch._foreach_norm(g, 2.0)))

        def scale_(g: List[Tensor], factor: Tensor) -> Tensor:
            torch._foreach_mul_(g, factor)
            return factor

        def zero_(g: List[Tensor]) -> Tensor:
            torch._foreach_zero_(g)
            return g[0]

        def adamw_(p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], s: List[Tensor], lr: float, b1: float, b2: float, decay: float, eps: float) -> Tensor:
            maximum : List[Tensor] = []
            torch._foreach_add_(s, 1)
            torch._fused_adamw_(p, g, m, v, maximum, s, lr=lr, beta1=b1, beta2=b2, weight_decay=decay, eps=eps, amsgrad=False, maximize=False)
            return p[0]
        """;

    /// <summary>Numbers that stay in the cache from one elementwise pass to the next: 4 MB.</summary>
    private const long CachedNumbers = 1 << 20;

    private static readonly Lazy<jit.CompilationUnit> Unit = new(Compile);

    /// <summary>Attention on CPU with its log-sum-exp; query heads may be a multiple of key/value heads.</summary>
    /// <param name="query">[1, heads, rows, headDim], any strides with the last 1.</param>
    /// <param name="key">[1, keyValueHeads, keys, headDim]</param>
    /// <param name="value">[1, keyValueHeads, keys, headDim]</param>
    /// <param name="mask">[rows, keys], added to the scores; null for none.</param>
    /// <param name="causal">Row i sees keys 0..i; only without a mask and with as many keys as rows.</param>
    /// <param name="scale">The factor of the scores.</param>
    /// <returns>[1, heads, rows, headDim] whose memory lies row by row, and [1, heads, rows].</returns>
    public static (Tensor Output, Tensor LogSumExp) Attention(Tensor query, Tensor key, Tensor value, Tensor? mask, bool causal, double scale) =>
        ((Tensor, Tensor))Invoke("attention", query, key, value, mask, causal, scale);

    /// <summary>Gradients of <see cref="Attention"/> with respect to query, key and value.</summary>
    public static (Tensor Query, Tensor Key, Tensor Value) AttentionBackward(
        Tensor gradient, Tensor query, Tensor key, Tensor value, Tensor output, Tensor logSumExp, Tensor? mask, bool causal, double scale) =>
        ((Tensor, Tensor, Tensor))Invoke("attention_backward", gradient, query, key, value, output, logSumExp, mask, causal, scale);

    /// <summary>Scaled dot-product attention on any device, with a graph where one is recorded.</summary>
    public static Tensor ScaledDotProductAttention(Tensor query, Tensor key, Tensor value, Tensor? mask, bool causal, double scale) =>
        (Tensor)Invoke("sdpa", query, key, value, mask, causal, scale);

    /// <summary>y = x / rms(x) * weight over the last dimension, and 1 / rms(x).</summary>
    public static (Tensor Output, Tensor ReciprocalRms) RmsNorm(Tensor input, Tensor weight, double epsilon) =>
        ((Tensor, Tensor))Invoke("rms_norm", input, weight, epsilon);

    /// <summary>Gradients of <see cref="RmsNorm"/> with respect to input and weight, of rows [N, D].</summary>
    public static (Tensor Input, Tensor Weight) RmsNormBackward(Tensor gradient, Tensor input, Tensor reciprocalRms, Tensor weight) =>
        ((Tensor, Tensor))Invoke("rms_norm_backward", gradient, input, reciprocalRms, weight);

    /// <summary>The gradient of <see cref="RmsNorm"/> with respect to the input alone, of rows [N, D].</summary>
    public static Tensor RmsNormBackwardInput(Tensor gradient, Tensor input, Tensor reciprocalRms, Tensor weight) =>
        (Tensor)Invoke("rms_norm_backward_input", gradient, input, reciprocalRms, weight);

    /// <summary>Gradients of silu(gate) * up, written into the last two arguments.</summary>
    public static void SiluGateBackward(Tensor gradient, Tensor gate, Tensor up, Tensor gateGradient, Tensor upGradient) =>
        Run("silu_gate_", gradient, gate, up, gateGradient, upGradient);

    /// <summary>Gradients of gelu(gate) * up, written into the last two arguments.</summary>
    /// <param name="tanh">The approximation with tanh in place of the error function.</param>
    public static void GeluGateBackward(Tensor gradient, Tensor gate, Tensor up, Tensor gateGradient, Tensor upGradient, bool tanh) =>
        Run("gelu_gate_", gradient, gate, up, gateGradient, upGradient, tanh);

    /// <param name="tanh">The approximation with tanh in place of the error function.</param>
    public static Tensor Gelu(Tensor input, bool tanh) => (Tensor)Invoke("gelu", input, tanh);

    /// <summary>
    /// Turns logits in place into e^(logit - largest of the row). The target's log-probability is (its logit - largest) - log(sum), which
    /// keeps the digits that a log-sum-exp of large logits rounds away. It goes through as many rows at a time as the processor's cache holds.
    /// </summary>
    /// <param name="logits">[M, vocabulary]</param>
    /// <param name="targets">[M, 1] int64</param>
    /// <returns>log p(target), [M], and the sum of each row, [M, 1].</returns>
    public static (Tensor LogProbabilities, Tensor Sums) ExponentialsInPlace(Tensor logits, Tensor targets) =>
        ((Tensor, Tensor))Invoke("exponentials_", logits, targets, Math.Max(1, CachedNumbers / logits.shape[1]));

    /// <summary>The L2 norm of all tensors together, a scalar tensor.</summary>
    public static Tensor GlobalNorm(Tensor[] tensors) => (Tensor)Invoke("global_norm", (object)tensors);

    public static void ScaleInPlace(Tensor[] tensors, Tensor factor) => Run("scale_", tensors, factor);

    public static void ZeroInPlace(Tensor[] tensors) => Run("zero_", (object)tensors);

    /// <summary>
    /// One step of decoupled AdamW over all tensors: w *= 1 - lr * decay; m, v updated; w -= lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + eps).
    /// </summary>
    /// <param name="steps">A scalar tensor each, counted up here first.</param>
    public static void AdamWStep(Tensor[] parameters, Tensor[] gradients, Tensor[] firstMoments, Tensor[] secondMoments, Tensor[] steps,
        double learningRate, double beta1, double beta2, double weightDecay, double epsilon) =>
        Run("adamw_", parameters, gradients, firstMoments, secondMoments, steps, learningRate, beta1, beta2, weightDecay, epsilon);

    /// <summary>Calls a function that works in place. What TorchScript makes it return is another handle of an argument, which would keep its memory alive.</summary>
    private static void Run(string function, params object?[] arguments) => ((Tensor)Invoke(function, arguments)).Dispose();

    /// <summary>
    /// Calls a function of the unit. Numbers and truth values go in as scalars that are held until it returns: those that
    /// TorchSharp makes of them itself may be finalized while the native code still reads them.
    /// </summary>
    private static object Invoke(string function, params object?[] arguments)
    {
        List<Scalar> scalars = [];
        try
        {
            for (int i = 0; i < arguments.Length; i++)
                if (ToScalar(arguments[i]) is { } scalar)
                {
                    scalars.Add(scalar);
                    arguments[i] = scalar;
                }
            return Unit.Value.invoke(function, arguments!);
        }
        finally
        {
            foreach (Scalar scalar in scalars) scalar.Dispose();
        }
    }

    private static Scalar? ToScalar(object? argument) => argument switch
    {
        double number => number.ToScalar(),
        long number => number.ToScalar(),
        bool flag => flag.ToScalar(),
        _ => null,
    };

    private static jit.CompilationUnit Compile()
    {
        TorchRuntime.EnsureLoaded();
        return jit.compile(Source + "\n"); // TorchScript wants the last line ended
    }
}
