using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Training;

/// <summary>What <see cref="Compatibility"/> changes, one row a mode. Whoever asks what a mode does asks its row; nobody else tells modes apart.</summary>
internal sealed record CompatibilityProfile
{
    /// <summary>
    /// A row holds for all methods unless one of the same mode names the method: trainers of one library part where each has its own habits. Another version
    /// of a library is another row.
    /// </summary>
    private static readonly (Compatibility Mode, string? Method, CompatibilityProfile Profile)[] Rows =
    [
        (Compatibility.None, null, new CompatibilityProfile()),
        (Compatibility.SimPOReference, null, new CompatibilityProfile
        {
            Preparation = RowPreparation.SimPOReference,
            ByMicroBatch = true,
            DividesByConfigured = true,
            EpochEnd = EpochEnd.AcrossEpochs,
            CrossEntropy = SftNormalization.MicroBatchTokens,
            SparedNorms = ["llama", "gemma"],
            Float32Norm = true,
            LooksUpPadding = false,
            ReportsNextRate = true,
            EvaluatesInBatches = true,
        }),
        (Compatibility.Trl024, null, Trl024),
        (Compatibility.Trl024, "Sft", Trl024 with { CrossEntropy = SftNormalization.StepTokens, CountsFirstTokens = true }),
        (Compatibility.Trl024, "Dpo", Trl024 with { Preparation = RowPreparation.Trl024Dpo }),
        (Compatibility.Trl116, null, Trl116),
        (Compatibility.Trl116, "SimPO", Trl116 with { Preparation = RowPreparation.Trl116Cpo }),
        (Compatibility.Trl116, "Cpo", Trl116 with { Preparation = RowPreparation.Trl116Cpo }),
        (Compatibility.Trl116, "Orpo", Trl116 with { Preparation = RowPreparation.Trl116Cpo }),
        (Compatibility.Trl116, "Sft", Trl116 with { CrossEntropy = SftNormalization.StepTokens, WeighsPackedRows = true }),
        (Compatibility.Trl116, "Kto", Trl116 with { MismatchesByMicroBatch = true }),
        (Compatibility.Trl116, "Reward", Trl116 with { LeavesOutLong = true }),
    ];

    /// <summary>The methods that the trainers of a mode have; a mode that is not here has all.</summary>
    private static readonly Dictionary<Compatibility, string[]> Methods = new()
    {
        [Compatibility.SimPOReference] = ["SimPO"],
        [Compatibility.Trl024] = ["SimPO", "Cpo", "Orpo", "Sft", "Dpo"],
        [Compatibility.Trl116] = ["SimPO", "Cpo", "Orpo", "Sft", "Dpo", "Kto", "Reward"],
    };

    private static CompatibilityProfile Trl024 => new()
    {
        Preparation = RowPreparation.Trl024,
        ByMicroBatch = true,
        EpochEnd = EpochEnd.OwnStepOfMicroBatches,
        CrossEntropy = SftNormalization.MicroBatchTokens,
        Float32Norm = true,
        LooksUpPadding = false,
        EvaluatesInBatches = true,
    };

    private static CompatibilityProfile Trl116 => Trl024 with { Preparation = RowPreparation.Trl116, RewardsPerToken = false, SmoothsSigmoid = false };

    /// <summary>How a row becomes ids.</summary>
    public RowPreparation Preparation { get; init; }

    /// <summary>Whether a pair with a text above the length is left out; else its texts are cut.</summary>
    public bool LeavesOutLong { get; init; }

    /// <summary>
    /// Whether each micro-batch of a step weighs the same, and has a number of pairs; else each pair does, and micro-batches are cut by tokens.
    /// </summary>
    public bool ByMicroBatch { get; init; }

    /// <summary>Whether micro-batches are divided by their configured number a step; else by as many as the step has.</summary>
    public bool DividesByConfigured { get; init; }

    /// <summary>What becomes of the pairs at the end of an epoch that do not fill a step.</summary>
    public EpochEnd EpochEnd { get; init; }

    /// <summary>What a cross entropy beside the loss is the mean of; null for what the options say.</summary>
    public SftNormalization? CrossEntropy { get; init; }

    /// <summary>
    /// Whether a mean over the tokens of whole sequences counts the first one of each, although nothing predicts it: TRL 0.24 counts labels before it shifts
    /// them.
    /// </summary>
    public bool CountsFirstTokens { get; init; }

    /// <summary>
    /// The families whose norms are spared from weight decay, where those of others are not: transformers 4.44.2 knows norms by class, and nn.LayerNorm,
    /// LlamaRMSNorm and GemmaRMSNorm are the registered ones. Null where no norm is decayed.
    /// </summary>
    public IReadOnlyList<string>? SparedNorms { get; init; }

    /// <summary>Whether the gradients' norm is summed in float32, as the trainers' torch does.</summary>
    public bool Float32Norm { get; init; }

    /// <summary>Whether look-ups of the padding token's row give it a gradient; Hugging Face says no.</summary>
    public bool LooksUpPadding { get; init; } = true;

    /// <summary>Whether the rate of the next step is what is reported of a step.</summary>
    public bool ReportsNextRate { get; init; }

    /// <summary>Whether validation data is packed where training data is, and each packed row weighs the same there, however many texts it has.</summary>
    public bool WeighsPackedRows { get; init; }

    /// <summary>Whether figures of an evaluation are means over batches; else over pairs.</summary>
    public bool EvaluatesInBatches { get; init; }

    /// <summary>Whether rewards over a reference are means over tokens where the loss is of means; else they are sums for every loss.</summary>
    public bool RewardsPerToken { get; init; } = true;

    /// <summary>Whether label smoothing goes for DPO's sigmoid losses too, beside others that know it; else it is passed over there.</summary>
    public bool SmoothsSigmoid { get; init; } = true;

    /// <summary>Whether KTO's mismatched answers are those of the micro-batch, and a pair's answers are rows apart; else those of the data.</summary>
    public bool MismatchesByMicroBatch { get; init; }

    /// <param name="method">The name of the method that is trained; empty for none.</param>
    public static CompatibilityProfile Of(Compatibility mode, string method) =>
        Rows.Where(r => r.Mode == mode && (r.Method is null || r.Method == method)).OrderBy(r => r.Method is null).Select(r => r.Profile).FirstOrDefault()
        ?? new CompatibilityProfile(); // a value that is no mode is a fault of the options

    /// <summary>Why a mode cannot be followed with a method; null where it can.</summary>
    public static string? Fault(Compatibility mode, string method) =>
        !Methods.TryGetValue(mode, out string[]? known) || known.Contains(method, StringComparer.Ordinal) ? null
            : $"`Compatibility` must be another with {method}, but was {mode}, which has {string.Join(", ", known)} alone. Use None.";

    /// <summary>Whether the weights of norms are decayed.</summary>
    /// <param name="modelType"><c>model_type</c> of the configuration.</param>
    public bool DecaysNorms(string modelType) => SparedNorms is { } spared && !spared.Contains(modelType, StringComparer.Ordinal);

    /// <summary>Pairs of a micro-batch.</summary>
    /// <param name="configured">Null for no limit of their number.</param>
    public int PairsPerMicroBatch(int? configured, int batchSize) => configured ?? (ByMicroBatch ? batchSize : int.MaxValue);

    /// <summary>What pairs and tokens weigh in a step.</summary>
    /// <param name="crossEntropy">What the options say of it.</param>
    public StepWeighting Weighting(int? pairsPerMicroBatch, int batchSize, SftNormalization crossEntropy) => ByMicroBatch
        ? StepWeighting.EachMicroBatch(DividesByConfigured ? batchSize / PairsPerMicroBatch(pairsPerMicroBatch, batchSize) : null) with
        {
            SftNormalization = CrossEntropy ?? SftNormalization.MicroBatchTokens,
        }
        : StepWeighting.EachPair with { SftNormalization = CrossEntropy ?? crossEntropy };
}
