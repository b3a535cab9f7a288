using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Adapters;
using Microsoft.ML.SimPO.Models.Experts;
using Microsoft.ML.SimPO.Models.Families;
using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Models.PerLayer;
using Microsoft.ML.SimPO.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>
/// The one decoder of all families: embedding, layers, final norm, head. Its backward pass goes layer by layer and, where the kernels are our own, records no
/// graph; on CUDA attention records one for the time of its own backward pass.
/// </summary>
internal sealed class Decoder : IDisposable
{
    private readonly Device? _device;
    private readonly Parameter? _head;
    private readonly RmsNorm? _embeddingNorm;
    private readonly PerLayerEmbedding? _perLayer;
    private readonly WeightPlace _place;

    /// <summary>With weights that are always there.</summary>
    public Decoder(DecoderArchitecture architecture, LayerNames names, Device device)
        : this(architecture, names, device, weights => new ResidentStorage(device, weights.Select(w => w.Shape)))
    {
    }

    /// <param name="place">
    /// Makes the storage of weights that lie together: of the embedding, of each layer, of final norm and head; later those of an adapter.
    /// </param>
    public Decoder(DecoderArchitecture architecture, LayerNames names, Device device, WeightPlace place)
        : this(architecture, names, device, place, (_, weights) => place(weights))
    {
    }

    private Decoder(
        DecoderArchitecture architecture, LayerNames names, Device? device, WeightPlace place, Func<int, IReadOnlyList<Parameter>, WeightStorage> placeGroup)
    {
        if (device is not null) TorchRuntime.EnsureLoaded();
        (Architecture, Names, _device, _place) = (architecture, names, device, place);
        Embedding = EmbeddingOf(architecture, names);
        Layers = [.. Enumerable.Range(0, architecture.Layers.Count)
            .Select(i => new DecoderLayer(architecture, i, new LayerParameters(architecture, names, i)))];
        if (architecture.PerLayerInput is { } own) _perLayer = new PerLayerEmbedding(architecture, names, own);
        FinalNormParameters = NormOf(architecture, names);
        FinalNorm = architecture.Norm(FinalNormParameters);
        _embeddingNorm = architecture.EmbeddingNorm ? new RmsNorm(null, architecture.NormEpsilon, addsOne: false) : null;
        (_head, HeadBias) = (HeadOf(architecture, names), HeadBiasOf(architecture, names));
        Weights = new DecoderWeights(
            [Embedding, .. _perLayer?.Parameters ?? []], [.. Layers.Select(l => l.Parameters.All)],
            [.. FinalNormParameters.All, .. new[] { _head, HeadBias }.OfType<Parameter>()],
            _head is null, placeGroup);
    }

    /// <summary>The shapes of all weights that such a decoder has, by their names in a checkpoint. Nothing is made of them.</summary>
    public static Dictionary<string, long[]> ShapesOf(DecoderArchitecture architecture, LayerNames names) =>
        Enumerable.Range(0, architecture.Layers.Count).SelectMany(i => new LayerParameters(architecture, names, i).All)
            .Prepend(EmbeddingOf(architecture, names))
            .Concat(architecture.PerLayerInput is { } own ? new PerLayerEmbedding(architecture, names, own).Parameters : [])
            .Concat(NormOf(architecture, names).All)
            .Concat(new[] { HeadOf(architecture, names), HeadBiasOf(architecture, names) }.OfType<Parameter>())
            .SelectMany(p => p.Parts).ToDictionary(p => p.Name, p => p.Shape, StringComparer.Ordinal);

    public DecoderArchitecture Architecture { get; }

    /// <summary>What its weights are called in a checkpoint.</summary>
    public LayerNames Names { get; }

    /// <summary>Where it computes; <c>META</c> for one that is only described.</summary>
    public Device Device => _device ?? META;

    /// <summary>What the layers compute in; weights, gradients and moments are float32 whatever it is.</summary>
    public ScalarType ComputeType { get; private set; } = ScalarType.Float32;

    public IReadOnlyList<DecoderLayer> Layers { get; }

    /// <summary>Where the weights lie, and the way through them.</summary>
    public DecoderWeights Weights { get; }

    /// <summary>All weights, each once, in the order in which they are used.</summary>
    public IReadOnlyList<Parameter> Parameters => Weights.All;

    /// <summary>Null for none.</summary>
    public LoraAdapter? Adapter { get; private set; }

    /// <summary>What training changes: all weights but buffers, or those of the adapter alone where there is one.</summary>
    public IReadOnlyList<Parameter> Trainable => Adapter?.Parameters ?? Weights.Trainable;

    /// <summary>[vocabulary, hidden]</summary>
    public Parameter Embedding { get; }

    /// <summary>[vocabulary, hidden], that of a reward model [1, hidden]; the embedding where the head is tied.</summary>
    public Parameter Head => _head ?? Embedding;

    /// <summary>[vocabulary]; null for none.</summary>
    public Parameter? HeadBias { get; }

    public INorm FinalNorm { get; }

    public NormParameters FinalNormParameters { get; }

    public long ParameterCount => Parameters.Sum(p => p.Count);

    /// <summary>
    /// A decoder of its own, without adapter, whose weights lie in the same memory: it is freed with the last that holds it. Training one copies first what it
    /// changes, so the other never sees it.
    /// </summary>
    public Decoder Share() => new(Architecture, Names, _device, _place, (group, _) => Weights.Share(group)) { ComputeType = ComputeType };

    /// <summary>
    /// As <see cref="Share"/>, but below another head, which is zero until the caller sets it. The final norm, which lies with the head, is a copy.
    /// </summary>
    public Decoder WithRewardHead(RewardHead head)
    {
        int last = Layers.Count + 1; // behind the embedding and the layers
        var rating = new Decoder(
            Architecture.WithRewardHead(head), Names, _device, _place, (group, weights) => group < last ? Weights.Share(group) : _place(weights))
            { ComputeType = ComputeType };
        foreach ((Parameter to, Parameter from) in rating.FinalNormParameters.All.Zip(FinalNormParameters.All)) to.Set(from);
        using (WeightLease lease = rating.Head.Enter(WeightUse.Write))
        using (NewDisposeScope()) rating.Head.Value.zero_();
        rating.Head.ComputeIn(ComputeType);
        return rating;
    }

    /// <summary>A decoder that has shapes and no numbers: it takes no memory, computes nothing, and needs no libtorch.</summary>
    public static Decoder Described(DecoderArchitecture architecture, LayerNames names) =>
        new(architecture, names, null, _ => new AbsentStorage(), (_, _) => new AbsentStorage());

    /// <summary>Puts a new adapter on the decoder. Its values are the caller's to set.</summary>
    /// <exception cref="InvalidOperationException">There is one already.</exception>
    public LoraAdapter Attach(AdapterLayout layout) =>
        Adapter = Adapter is null ? new LoraAdapter(layout, _place) : throw new InvalidOperationException("The decoder has an adapter already.");

    /// <summary>
    /// Has layers, embedding and head compute in this type, bfloat16 on CUDA: their weights are rounded for it and stay float32 beside. Norms, rotary
    /// embedding, the softmax of the head and all sums of gradients stay float32.
    /// </summary>
    public void ComputeIn(ScalarType type)
    {
        ComputeType = type;
        foreach (Parameter parameter in Parameters.Where(p => !p.StaysFloat32)) parameter.ComputeIn(type);
    }

    /// <summary>The residual stream behind the last layer, before the final norm; nothing is kept.</summary>
    /// <returns>[N, hidden]</returns>
    public Tensor Forward(DecoderPass pass, CancellationToken cancellationToken = default)
    {
        using NewScope scope = new();
        Tensor stream = Embed(pass);
        Weights.Forward(
            i =>
            {
                Tensor next = Layers[i].Forward(stream, pass, null);
                stream.Dispose();
                stream = next;
            },
            cancellationToken);
        return scope.Keep(stream);
    }

    /// <summary>As <see cref="Forward"/>, keeping what <see cref="Backward"/> needs.</summary>
    /// <param name="recompute">Keep each layer's input alone and compute the rest again: less memory, a third more time.</param>
    /// <param name="memory">Where activations lie; null for memory of their own. One tape at a time.</param>
    /// <param name="routed">What balances routers, disposed with the tape; null for nothing.</param>
    public DecoderTape Record(
        TokenBatch batch, bool recompute, ActivationMemory? memory = null, RoutedRows? routed = null, CancellationToken cancellationToken = default)
    {
        using DisposeScope scope = NewDisposeScope();
        if (Device.type != DeviceType.CPU || ComputeType != float32) memory = null; // a device has an allocator that keeps what is freed
        var tape = new DecoderTape(DecoderPass.Packed(Architecture, batch, Device, routed: routed), memory);
        try
        {
            Tensor stream = Embed(tape.Pass);
            int lowest = LowestTrained();
            if (!recompute) memory?.Begin(batch.Rows, LayerActivations.Widths(Architecture, Architecture.Layers.Skip(lowest)));
            Weights.Forward(
                i =>
                {
                    LayerActivations? keep = recompute || i < lowest ? null : new LayerActivations(memory);
                    if (i >= lowest) tape.Push(stream, keep);
                    Tensor next = Layers[i].Forward(stream, tape.Pass, keep);
                    if (i < lowest) stream.Dispose();
                    stream = next;
                },
                cancellationToken);
            tape.Finish(stream);
            return tape;
        }
        catch
        {
            tape.Dispose();
            throw;
        }
    }

    /// <summary>Adds to the gradients of all trained parameters below the final norm.</summary>
    /// <param name="gradient">[N, hidden], of the tape's output</param>
    /// <param name="lookUpPadding">Whether look-ups of the padding token's row give it a gradient, as every other row; Hugging Face says no.</param>
    public void Backward(DecoderTape tape, Tensor gradient, bool lookUpPadding = true, CancellationToken cancellationToken = default)
    {
        using DisposeScope scope = NewDisposeScope();
        Weights.Backward(
            LowestTrained(),
            i =>
            {
                Tensor next = BackwardLayer(i, tape, gradient);
                if (i < Layers.Count - 1) gradient.Dispose();
                gradient = next;
            },
            cancellationToken);
        EmbedBackward(gradient, tape.Pass, lookUpPadding);
    }

    /// <summary>Logits of rows behind the final norm: head, scaling and soft cap. Whoever asks has called <see cref="DecoderWeights.EnterHead"/>.</summary>
    /// <param name="normed">[M, hidden]</param>
    /// <param name="into">[M, rows of the head], memory that is used again; null makes new.</param>
    /// <returns>[M, rows of the head]; <paramref name="into"/> where there is one</returns>
    public Tensor Logits(Tensor normed, Tensor? into = null)
    {
        using NewScope scope = new();
        Tensor head = Head.Compute.t(); // [hidden, rows of the head]
        bool isWhole = into is null || normed.dtype != float32 || MatrixProducts.IsLarge(normed, head);
        Tensor logits = isWhole ? Product(normed, head, into) : ProductInBlocks(normed, Head.Compute, into!);
        if (Architecture.TiedHead) Embedding.TokenRows?.ReplaceLogits(logits, normed);
        if (HeadBias is not null) logits.add_(HeadBias.Value);
        if (Architecture.LogitsScaling != 1) logits.div_((float)Architecture.LogitsScaling);
        if (Architecture.LogitsSoftCap is { } cap) logits.div_((float)cap).tanh_().mul_((float)cap);
        return scope.Keep(logits);
    }

    /// <summary>What a loss sees of rows: log p of their targets, or of a reward model what the text up to there is worth.</summary>
    /// <param name="logits">[M, rows of the head], without gaps; those of tokens become probabilities.</param>
    /// <inheritdoc cref="TokenFigures.OfLogits" path="/param[not(@name='logits')]"/>
    public TokenFigures Figures(Tensor logits, Tensor targets, WantedFigures wanted) =>
        Architecture.RewardHead is null ? TokenFigures.OfLogits(logits, targets, wanted) : TokenFigures.OfRewards(logits);

    public void Dispose()
    {
        Weights.Dispose();
        Adapter?.Dispose();
    }

    private static Parameter EmbeddingOf(DecoderArchitecture architecture, LayerNames names) =>
        new(ParameterKind.Embedding, ($"{names.Prefix}{names.Embedding}.weight", [architecture.VocabularySize, architecture.HiddenSize]));

    private static NormParameters NormOf(DecoderArchitecture architecture, LayerNames names) =>
        architecture.NormOf(names.Prefix + names.FinalNorm, architecture.HiddenSize);

    private static Parameter? HeadOf(DecoderArchitecture architecture, LayerNames names) =>
        architecture.RewardHead is not null ? new(ParameterKind.Head, (RewardHead.WeightName, [architecture.HeadSize, architecture.HiddenSize]))
        : architecture.TiedHead ? null : new(ParameterKind.Head, ($"{names.Head}.weight", [architecture.VocabularySize, architecture.HiddenSize]));

    private static Parameter? HeadBiasOf(DecoderArchitecture architecture, LayerNames names) =>
        architecture.HeadBias ? new(ParameterKind.Bias, ($"{names.Head}.bias", [architecture.VocabularySize])) : null;

    /// <summary>a b^T, so many columns at a time that a block of the result stays in the cache until it is whole.</summary>
    private static Tensor ProductInBlocks(Tensor a, Tensor b, Tensor into)
    {
        const long block = 1024;
        for (long from = 0; from < b.shape[0]; from += block)
        {
            using DisposeScope scope = NewDisposeScope();
            long count = Math.Min(block, b.shape[0] - from);
            into.narrow(1, from, count).addmm_(a, b.narrow(0, from, count).t(), beta: 0, alpha: 1);
        }
        return into;
    }

    /// <summary>a b, float32 whatever they are.</summary>
    private static Tensor Product(Tensor a, Tensor b, Tensor? into)
    {
        if (a.dtype != float32) return into?.copy_(mm(a, b)) ?? mm(a, b).to(float32);
        return into is null ? MatrixProducts.Of(a, b) : MatrixProducts.Into(into, a, b);
    }

    private Tensor BackwardLayer(int index, DecoderTape tape, Tensor gradient)
    {
        DecoderLayer layer = Layers[index];
        using NewScope scope = new();
        (Tensor input, LayerActivations? kept) = tape.Pop();
        try
        {
            if (kept is null)
            {
                tape.Memory?.Begin(input.shape[0], LayerActivations.Widths(Architecture, [Architecture.Layers[index]]));
                layer.Forward(input, tape.Pass, kept = new LayerActivations(tape.Memory)).Dispose();
            }
            return scope.Keep(layer.Backward(gradient, input, tape.Pass, kept));
        }
        finally
        {
            kept?.Dispose();
            input.Dispose();
        }
    }

    /// <summary>The lowest layer that the gradient must reach: below it nothing is trained.</summary>
    private int LowestTrained()
    {
        if (Weights.Embedding.Weights.Any(p => p.IsAdapted)) return 0;
        int lowest = 0;
        while (lowest < Layers.Count && !Layers[lowest].Parameters.All.Any(p => p.IsAdapted)) lowest++;
        return lowest;
    }

    private Tensor Embed(DecoderPass pass)
    {
        using WeightLease lease = Weights.EnterEmbedding(WeightUse.Forward);
        Tensor rows = LookUp(pass);
        if (_perLayer is not null) pass.SetPerLayer(_perLayer.Forward(pass.Ids, rows));
        return _embeddingNorm is null ? rows : _embeddingNorm.Forward(rows).Output;
    }

    /// <returns>[N, hidden]</returns>
    private Tensor LookUp(DecoderPass pass)
    {
        Tensor rows = Embedding.Compute.index_select(0, pass.Ids);
        Embedding.TokenRows?.Replace(rows, pass.Batch.Ids);
        return Architecture.EmbeddingScale == 1 ? rows : rows.mul_((float)Architecture.EmbeddingScale);
    }

    private void EmbedBackward(Tensor gradient, DecoderPass pass, bool lookUpPadding)
    {
        if (!Weights.Embedding.Weights.Any(p => p.IsAdapted)) return;
        Tensor ids = pass.Ids;
        using WeightLease lease = Weights.EnterEmbedding(WeightUse.Backward);
        using DisposeScope scope = NewDisposeScope();
        if (_embeddingNorm is not null)
        {
            Tensor rows = LookUp(pass);
            gradient = _embeddingNorm.Backward(gradient, rows, _embeddingNorm.Forward(rows).Statistics);
        }
        Tensor? lookedUp = !lookUpPadding && Architecture.PaddingToken is { } padding ? ids.ne(padding).unsqueeze(1).to(float32) : null; // [N, 1]
        if (_perLayer is not null) gradient = gradient + _perLayer.Backward(pass.PerLayer!.Gradient, ids, LookUp(pass), lookedUp);
        if (lookedUp is not null) gradient = gradient * lookedUp;
        Embedding.TokenRows?.Backward(gradient, pass.Batch.Ids, (float)Architecture.EmbeddingScale);
        if (Embedding.IsTrained) Embedding.Gradient.index_add_(0, ids, gradient.to(float32), (float)Architecture.EmbeddingScale);
        lease.GradientsReady();
    }
}
