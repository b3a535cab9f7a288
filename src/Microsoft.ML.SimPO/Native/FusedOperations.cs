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

        def masked_softmax_(s: Tensor, heads: Tensor, mask: Tensor) -> Tensor:
            heads.add_(mask)
            return torch._softmax(s, -1, False, out=s)

        def softmax_backward_(g: Tensor, y: Tensor) -> Tensor:
            return torch._softmax_backward_data(g, y, -1, g.dtype, grad_input=g)

        def rms_norm(x: Tensor, w: Tensor, y: Tensor, eps: float, rows: int) -> Tensor:
            r = torch.empty([x.size(0), 1], dtype=w.dtype, device=x.device)
            for i in range(0, x.size(0), rows):
                n = min(rows, x.size(0) - i)
                f = x.narrow(0, i, n).float()
                q = torch.rsqrt(torch.mean(torch.square(f), [-1], True).add_(eps))
                r.narrow(0, i, n).copy_(q)
                y.narrow(0, i, n).copy_(torch.mul(f, q).mul_(w))
            return r

        def rms_norm_backward(g: Tensor, x: Tensor, r: Tensor, w: Tensor, rows: int):
            gx = torch.empty_like(g)
            gw = torch.zeros_like(w)
            for i in range(0, g.size(0), rows):
                n = min(rows, g.size(0) - i)
                h = g.narrow(0, i, n)
                q = r.narrow(0, i, n)
                z = torch.mul(x.narrow(0, i, n), q)
                gz = torch.mul(h, z)
                gw.add_(torch.sum(gz, [0]))
                mean = torch.matmul(gz, w).unsqueeze_(-1).div_(x.size(-1))
                gx.narrow(0, i, n).copy_(torch.mul(h, w).sub_(z.mul_(mean)).mul_(q))
            return gx, gw

        def rms_norm_backward_input(g: Tensor, x: Tensor, r: Tensor, w: Tensor, rows: int) -> Tensor:
            gx = torch.empty_like(g)
            for i in range(0, g.size(0), rows):
                n = min(rows, g.size(0) - i)
                q = r.narrow(0, i, n)
                z = torch.mul(x.narrow(0, i, n), q)
                gw = torch.mul(g.narrow(0, i, n), w)
                mean = torch.mean(torch.mul(gw, z), [-1], True)
                gx.narrow(0, i, n).copy_(gw.sub_(z.mul_(mean)).mul_(q))
            return gx

        def layer_norm(x: Tensor, w: Tensor, b: Optional[Tensor], y: Tensor, eps: float, rows: int) -> Tensor:
            r = torch.empty([x.size(0), 2], dtype=w.dtype, device=x.device)
            for i in range(0, x.size(0), rows):
                n = min(rows, x.size(0) - i)
                f = x.narrow(0, i, n).float()
                m = torch.mean(f, [-1], True)
                c = torch.sub(f, m)
                q = torch.rsqrt(torch.mean(torch.square(c), [-1], True).add_(eps))
                s = r.narrow(0, i, n)
                s.narrow(1, 0, 1).copy_(m)
                s.narrow(1, 1, 1).copy_(q)
                c.mul_(q).mul_(w)
                if b is not None:
                    c.add_(b)
                y.narrow(0, i, n).copy_(c)
            return r

        def layer_norm_backward(g: Tensor, x: Tensor, r: Tensor, w: Tensor, rows: int):
            gx = torch.empty_like(g)
            gw = torch.zeros_like(w)
            for i in range(0, g.size(0), rows):
                n = min(rows, g.size(0) - i)
                h = g.narrow(0, i, n)
                s = r.narrow(0, i, n)
                q = s.narrow(1, 1, 1)
                z = torch.sub(x.narrow(0, i, n), s.narrow(1, 0, 1)).mul_(q)
                gw.add_(torch.sum(torch.mul(h, z), [0]))
                c = torch.mul(h, w)
                spread = torch.mean(torch.mul(c, z), [-1], True)
                shift = torch.mean(c, [-1], True)
                gx.narrow(0, i, n).copy_(c.sub_(shift).sub_(z.mul_(spread)).mul_(q))
            return gx, gw

        def plain_gelu(x: Tensor, out: Tensor, tanh: bool) -> Tensor:
            return torch.gelu(x, approximate="tanh" if tanh else "none", out=out)

        def plain_gelu_backward_(g: Tensor, x: Tensor, tanh: bool) -> Tensor:
            return x.copy_(torch.gelu_backward(g, x, approximate="tanh" if tanh else "none"))

        def plain_silu(x: Tensor, out: Tensor) -> Tensor:
            return torch.silu(x, out=out)

        def plain_silu_backward_(g: Tensor, x: Tensor) -> Tensor:
            return x.copy_(torch.silu_backward(g, x))

        def silu_gate(gate: Tensor, up: Tensor, out: Tensor, rows: int) -> Tensor:
            for i in range(0, gate.size(0), rows):
                n = min(rows, gate.size(0) - i)
                torch.mul(torch.silu(gate.narrow(0, i, n)), up.narrow(0, i, n), out=out.narrow(0, i, n))
            return out

        def silu_gate_backward_(g: Tensor, gate: Tensor, up: Tensor, rows: int) -> Tensor:
            for i in range(0, g.size(0), rows):
                n = min(rows, g.size(0) - i)
                x = gate.narrow(0, i, n)
                y = g.narrow(0, i, n)
                z = torch.mul(y, up.narrow(0, i, n))
                torch.mul(y, torch.silu(x), out=up.narrow(0, i, n))
                x.copy_(torch.silu_backward(z, x))
            return gate

        def gelu_gate(gate: Tensor, up: Tensor, out: Tensor, tanh: bool, rows: int) -> Tensor:
            approximate = "tanh" if tanh else "none"
            for i in range(0, gate.size(0), rows):
                n = min(rows, gate.size(0) - i)
                torch.mul(torch.gelu(gate.narrow(0, i, n), approximate=approximate), up.narrow(0, i, n), out=out.narrow(0, i, n))
            return out

        def gelu_gate_backward_(g: Tensor, gate: Tensor, up: Tensor, tanh: bool, rows: int) -> Tensor:
            approximate = "tanh" if tanh else "none"
            for i in range(0, g.size(0), rows):
                n = min(rows, g.size(0) - i)
                x = gate.narrow(0, i, n)
                y = g.narrow(0, i, n)
                z = torch.mul(y, up.narrow(0, i, n))
                torch.mul(y, torch.gelu(x, approximate=approximate), out=up.narrow(0, i, n))
                x.copy_(torch.gelu_backward(z, x, approximate=approximate))
            return gate

        def softmax_(logits: Tensor, targets: Tensor, rows: int) -> Tensor:
            t = torch.empty([logits.size(0), 1], dtype=logits.dtype, device=logits.device)
            for i in range(0, logits.size(0), rows):
                n = min(rows, logits.size(0) - i)
                part = logits.narrow(0, i, n)
                d = torch.gather(part, 1, targets.narrow(0, i, n)).sub_(torch.amax(part, [-1], True))
                torch._softmax(part, -1, False, out=part)
                t.narrow(0, i, n).copy_(d.add_(torch.log(torch.amax(part, [-1], True))))
            return t.squeeze_(-1)

        def softmax_means_(logits: Tensor, targets: Tensor, rows: int):
            t = torch.empty([logits.size(0), 1], dtype=logits.dtype, device=logits.device)
            m = torch.empty([logits.size(0), 1], dtype=logits.dtype, device=logits.device)
            for i in range(0, logits.size(0), rows):
                n = min(rows, logits.size(0) - i)
                part = logits.narrow(0, i, n)
                m.narrow(0, i, n).copy_(torch.mean(part, [-1], True))
                d = torch.gather(part, 1, targets.narrow(0, i, n)).sub_(torch.amax(part, [-1], True))
                torch._softmax(part, -1, False, out=part)
                t.narrow(0, i, n).copy_(d.add_(torch.log(torch.amax(part, [-1], True))))
            return t.squeeze_(-1), m.squeeze_(-1)

        def softmax_facts_(logits: Tensor, targets: Tensor, rows: int):
            t = torch.empty([logits.size(0), 1], dtype=logits.dtype, device=logits.device)
            f = torch.empty([logits.size(0), 3], dtype=logits.dtype, device=logits.device)
            p = torch.empty_like(logits.narrow(0, 0, min(rows, logits.size(0))))
            for i in range(0, logits.size(0), rows):
                n = min(rows, logits.size(0) - i)
                part = logits.narrow(0, i, n)
                q = p.narrow(0, 0, n)
                top = torch.amax(part, [-1], True)
                d = torch.gather(part, 1, targets.narrow(0, i, n)).sub_(top)
                f.narrow(0, i, n).select(1, 1).copy_(torch.ge(d, 0).squeeze(-1))
                torch._softmax(part, -1, False, out=q)
                most = torch.log(torch.amax(q, [-1], True))
                f.narrow(0, i, n).select(1, 2).copy_(torch.mean(part, [-1]))
                part.sub_(top)
                mean = torch.sum(part.mul_(q), [-1], True)
                f.narrow(0, i, n).select(1, 0).copy_(mean.add_(most).neg_().squeeze(-1))
                part.copy_(q)
                t.narrow(0, i, n).copy_(d.add_(most))
            return t.squeeze_(-1), f

        def norms(g: List[Tensor]) -> Tensor:
            return torch.stack(torch._foreach_norm(g, 2.0))

        def norm(x: Tensor) -> Tensor:
            return torch.linalg_vector_norm(x)

        def scale_(g: List[Tensor], factor: Tensor) -> Tensor:
            torch._foreach_mul_(g, factor)
            return factor

        def zero_(g: List[Tensor]) -> Tensor:
            torch._foreach_zero_(g)
            return g[0]

        def adamw_(p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], s: List[Tensor],
                   lr: float, b1: float, b2: float, decay: float, eps: float) -> Tensor:
            maximum : List[Tensor] = []
            torch._foreach_add_(s, 1)
            torch._fused_adamw_(p, g, m, v, maximum, s, lr=lr, beta1=b1, beta2=b2, weight_decay=decay, eps=eps, amsgrad=False, maximize=False)
            return p[0]
        """;

    /// <summary>Numbers of one tensor that stay in the cache from one elementwise pass to the next: 2 MB.</summary>
    private const long CachedNumbers = 1 << 19;

    /// <summary>On a device without such a cache: rows whose probabilities may be there twice for a moment.</summary>
    private const long MostFactRows = 256;

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

    /// <summary>Softmax over the last dimension, in place, of scores to which a mask is added first.</summary>
    /// <param name="scores">Becomes the shares.</param>
    /// <param name="byHead">A view of it, [.., rows, keys].</param>
    /// <param name="mask">[rows, keys]</param>
    /// <returns><paramref name="scores"/></returns>
    public static Tensor MaskedSoftmax(Tensor scores, Tensor byHead, Tensor mask)
    {
        Run("masked_softmax_", scores, byHead, mask);
        return scores;
    }

    /// <summary>The gradient of softmax over the last dimension, in place of that of its output.</summary>
    /// <param name="shares">The output.</param>
    /// <returns><paramref name="gradient"/></returns>
    public static Tensor SoftmaxBackward(Tensor gradient, Tensor shares)
    {
        Run("softmax_backward_", gradient, shares);
        return gradient;
    }

    /// <summary>y = x / rms(x) * weight over the last dimension, written into <paramref name="output"/>.</summary>
    /// <returns>1 / rms(x) of each row, [N, 1]</returns>
    public static Tensor RmsNorm(Tensor input, Tensor weight, Tensor output, double epsilon) =>
        (Tensor)Invoke("rms_norm", input, weight, output, epsilon, CachedRows(input));

    /// <summary>Gradients of <see cref="RmsNorm"/> with respect to input and weight, of rows [N, D].</summary>
    public static (Tensor Input, Tensor Weight) RmsNormBackward(Tensor gradient, Tensor input, Tensor reciprocalRms, Tensor weight) =>
        ((Tensor, Tensor))Invoke("rms_norm_backward", gradient, input, reciprocalRms, weight, CachedRows(input));

    /// <summary>The gradient of <see cref="RmsNorm"/> with respect to the input alone, of rows [N, D].</summary>
    public static Tensor RmsNormBackwardInput(Tensor gradient, Tensor input, Tensor reciprocalRms, Tensor weight) =>
        (Tensor)Invoke("rms_norm_backward_input", gradient, input, reciprocalRms, weight, CachedRows(input));

    /// <summary>y = (x - mean) / deviation * weight + bias over the last dimension, written into <paramref name="output"/>.</summary>
    /// <returns>Mean and 1 / deviation of each row, [N, 2]</returns>
    public static Tensor LayerNorm(Tensor input, Tensor weight, Tensor? bias, Tensor output, double epsilon) =>
        (Tensor)Invoke("layer_norm", input, weight, bias, output, epsilon, CachedRows(input));

    /// <summary>Gradients of <see cref="LayerNorm"/> with respect to input and weight, of rows [N, D].</summary>
    public static (Tensor Input, Tensor Weight) LayerNormBackward(Tensor gradient, Tensor input, Tensor statistics, Tensor weight) =>
        ((Tensor, Tensor))Invoke("layer_norm_backward", gradient, input, statistics, weight, CachedRows(input));

    /// <summary>gelu(x), written into the second argument.</summary>
    /// <param name="tanh">The approximation with tanh in place of the error function.</param>
    public static void Gelu(Tensor x, Tensor into, bool tanh) => Run("plain_gelu", x, into, tanh);

    /// <summary>Turns x into the gradient of <see cref="Gelu"/>.</summary>
    public static void GeluBackwardInPlace(Tensor gradient, Tensor x, bool tanh) => Run("plain_gelu_backward_", gradient, x, tanh);

    /// <summary>silu(x), written into the second argument.</summary>
    public static void Silu(Tensor x, Tensor into) => Run("plain_silu", x, into);

    /// <summary>Turns x into the gradient of <see cref="Silu"/>.</summary>
    public static void SiluBackwardInPlace(Tensor gradient, Tensor x) => Run("plain_silu_backward_", gradient, x);

    /// <summary>silu(gate) * up of [N, D] each, written into the last argument.</summary>
    public static void SiluGate(Tensor gate, Tensor up, Tensor into) => Run("silu_gate", gate, up, into, CachedRows(gate));

    /// <summary>Turns gate and up into the gradients of <see cref="SiluGate"/>.</summary>
    public static void SiluGateBackwardInPlace(Tensor gradient, Tensor gate, Tensor up) => Run("silu_gate_backward_", gradient, gate, up, CachedRows(gate));

    /// <summary>gelu(gate) * up of [N, D] each, written into the third argument.</summary>
    /// <param name="tanh">The approximation with tanh in place of the error function.</param>
    public static void GeluGate(Tensor gate, Tensor up, Tensor into, bool tanh) => Run("gelu_gate", gate, up, into, tanh, CachedRows(gate));

    /// <summary>Turns gate and up into the gradients of <see cref="GeluGate"/>.</summary>
    public static void GeluGateBackwardInPlace(Tensor gradient, Tensor gate, Tensor up, bool tanh) =>
        Run("gelu_gate_backward_", gradient, gate, up, tanh, CachedRows(gate));

    /// <summary>
    /// Turns logits in place into probabilities. A target's log-probability is (its logit - largest of the row) + log(largest probability), which
    /// keeps the digits that a log-sum-exp of large logits rounds away and those of a probability that is too small for a float32.
    /// </summary>
    /// <param name="logits">[M, vocabulary], rows without gaps</param>
    /// <param name="targets">[M, 1] int64</param>
    /// <returns>log p(target), [M]</returns>
    public static Tensor SoftmaxInPlace(Tensor logits, Tensor targets) => (Tensor)Invoke("softmax_", logits, targets, CachedRows(logits));

    /// <summary>As <see cref="SoftmaxInPlace"/>, with the mean logit of each row, which is taken while it is in the cache.</summary>
    /// <returns>log p(target), [M], and the means, [M]</returns>
    public static (Tensor LogProbabilities, Tensor Means) SoftmaxInPlaceWithMeans(Tensor logits, Tensor targets) =>
        ((Tensor, Tensor))Invoke("softmax_means_", logits, targets, CachedRows(logits));

    /// <summary>
    /// As <see cref="SoftmaxInPlace"/>, with what else is to be known of each row: the entropy in nats, 1 where no logit is higher than the target's, else 0,
    /// and the mean logit. All of it is computed while a few rows are in the cache.
    /// </summary>
    /// <returns>log p(target), [M], and [M, 3]</returns>
    public static (Tensor LogProbabilities, Tensor Facts) SoftmaxInPlaceWithFacts(Tensor logits, Tensor targets) =>
        ((Tensor, Tensor))Invoke("softmax_facts_", logits, targets, Math.Min(CachedRows(logits), MostFactRows));

    /// <summary>The L2 norm of each tensor, [tensors].</summary>
    public static Tensor Norms(Tensor[] tensors) => (Tensor)Invoke("norms", (object)tensors);

    /// <summary>The L2 norm of all numbers, a scalar tensor.</summary>
    public static Tensor Norm(Tensor values) => (Tensor)Invoke("norm", values);

    public static void ScaleInPlace(Tensor[] tensors, Tensor factor) => Run("scale_", tensors, factor);

    public static void ZeroInPlace(Tensor[] tensors) => Run("zero_", (object)tensors);

    /// <summary>
    /// One step of decoupled AdamW over all tensors: w *= 1 - lr * decay; m, v updated; w -= lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + eps).
    /// </summary>
    /// <param name="steps">A scalar tensor each, counted up here first.</param>
    public static void AdamWStep(Tensor[] parameters, Tensor[] gradients, Tensor[] firstMoments, Tensor[] secondMoments, Tensor[] steps,
        double learningRate, double beta1, double beta2, double weightDecay, double epsilon) =>
        Run("adamw_", parameters, gradients, firstMoments, secondMoments, steps, learningRate, beta1, beta2, weightDecay, epsilon);

    /// <summary>Passes that follow each other go through so many rows at a time.</summary>
    private static long CachedRows(Tensor rows) => rows.device_type == DeviceType.CPU ? Math.Max(1, CachedNumbers / rows.shape[1]) : Math.Max(1, rows.shape[0]);

    /// <summary>
    /// Calls a function that works in place. What TorchScript makes it return is another handle of an argument, which would keep its memory alive.
    /// </summary>
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
