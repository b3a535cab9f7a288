using Microsoft.ML.SimPO.Training.Diagnosis;

namespace Microsoft.ML.SimPO;

/// <summary>What the options of a run alone show. Ranges of rates and batches are those of full tuning from a thousand million weights on.</summary>
internal sealed class ConfigurationRules(DiagnosisLimits limits)
{
    private const long LeastParameters = 1_000_000_000;

    private static readonly (double UpTo, double Least, double Most)[] Rates =
        [(4.5e9, 5e-7, 1e-6), (10.5e9, 3e-7, 1e-6), (45e9, 1e-7, 3e-7), (double.PositiveInfinity, 5e-8, 1e-7)];

    private readonly List<TrainingDiagnosis> _findings = [];

    public IReadOnlyList<TrainingDiagnosis> Findings => _findings;

    /// <param name="beta">SimPO's; null for another method.</param>
    /// <param name="ratio">gamma over beta.</param>
    public void LookAtLoss(double? beta, double ratio)
    {
        if (beta is not { } b) return;
        if (ratio > limits.RatioWarning)
            Add(ratio > limits.RatioError, ratio, ratio > limits.RatioError ? limits.RatioError : limits.RatioWarning, Say(
                $"`GammaBetaRatio` is {ratio:G3}, a target margin of {ratio:G3} nats a token: 0.3 to {limits.RatioWarning:G3} is usual. ")
                + Say($"If gamma itself was meant, divide it by `Beta`: {ratio / b:G3}."),
                "A target that no model reaches pushes rejected answers down without end.", "gamma_beta_ratio: 0.5");
        if (b < limits.LeastBeta || b > limits.MostBeta)
            Add(false, b, b < limits.LeastBeta ? limits.LeastBeta : limits.MostBeta, Say(
                $"`Beta` is {b:G3}: {limits.LeastBeta:G3} to {limits.MostBeta:G3} is usual."),
                "SimPO's beta goes with means over tokens, and is some twenty times that of DPO.", $"beta: {(b < limits.LeastBeta ? "2.0" : "10.0")}");
    }

    /// <param name="parameters">Of the model; all of them are trained.</param>
    public void LookAtSize(long parameters, double rate, int batch)
    {
        if (parameters < LeastParameters) return;
        (_, double least, double most) = Rates.First(r => parameters <= r.UpTo);
        string size = Say($"{parameters / 1e9:F1}B");
        if (rate > most)
            Add(rate > limits.RateError * most, rate, most, Say($"`LearningRate` is {rate:G3}: for {size} weights {least:G1} to {most:G1} is usual."),
                "Full tuning at such a rate destroys models of this size.", $"learning_rate: {RunHistory.Rate(most)}");
        else if (rate < least)
            Add(false, rate, least, Say($"`LearningRate` is {rate:G3}: for {size} weights {least:G1} to {most:G1} is usual."),
                "At such a rate a model of this size hardly moves in an epoch.", $"learning_rate: {RunHistory.Rate(least)}");
        if (batch < limits.LeastBatch)
            Add(false, batch, limits.LeastBatch, Say($"A step has {batch} pairs: {limits.LeastBatch} or more is usual, and 128 in the SimPO repository."),
                "Steps of few pairs are noisy.", "per_device_train_batch_size: 2\ngradient_accumulation_steps: 64 # 128 pairs a step on one device");
    }

    /// <param name="hasTemplate">Whether the model has a chat template, as one has that was tuned to answer.</param>
    public void LookAtModel(string name, bool hasTemplate, long parameters)
    {
        if (hasTemplate || parameters < LeastParameters) return;
        Add(false, 0, null, $"The model '{name}' has no chat template: it seems to be a base model, which was not yet tuned to answer.",
            "Preferences teach which answer is better, not how to answer.", "# tune with answers first: a recipe of supervised fine-tuning");
    }

    /// <param name="needed">Bytes that the run takes.</param>
    /// <param name="there">Bytes of the device.</param>
    public void LookAtMemory(long needed, long there)
    {
        double share = (double)needed / there;
        if (share <= limits.MemoryWarning) return;
        bool severe = share > 1;
        _findings.Add(new TrainingDiagnosis(0, TrainingSymptom.MemoryShort, severe, share, Say(
            $"The run takes about {needed / 1e9:F2} GB, {share:P0} of the {there / 1e9:F2} GB that there are. ")
            + "Use fewer tokens in a micro-batch, `GradientCheckpointing`, or `Lora`.")
        {
            Limit = severe ? 1 : limits.MemoryWarning,
            Cause = "Weights, gradients, both moments of the optimizer and what a micro-batch keeps are in memory at once.",
            Remedy = "per_device_train_batch_size: 1\ngradient_checkpointing: true",
        });
    }

    private void Add(bool severe, double value, double? limit, string message, string cause, string remedy) =>
        _findings.Add(new TrainingDiagnosis(0, TrainingSymptom.UnusualConfiguration, severe, value, message) { Limit = limit, Cause = cause, Remedy = remedy });

    private static string Say(FormattableString text) => FormattableString.Invariant(text);
}
