using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Parameters;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Adapters;

/// <summary>
/// Attaches a new LoRA adapter as PEFT begins one: A uniform in +-1/sqrt(in) (Kaiming's with a = sqrt(5)), B zero, so that the model computes what it did;
/// modules that are saved whole begin as the base has them.
/// </summary>
internal static class AdapterInitializer
{
    /// <param name="seed">Each matrix draws from a generator of its own, made of this and its name: it does not depend on which others there are.</param>
    /// <exception cref="InvalidDataException">The configuration does not fit the decoder; all faults are listed.</exception>
    public static void Attach(Decoder decoder, AdapterConfig config, int seed)
    {
        using DisposeScope scope = NewDisposeScope();
        LoraAdapter adapter = decoder.Attach(AdapterLayout.Of(decoder, config, "The options of LoRA do not fit the model", strict: true));
        adapter.Rows?.Initialize();
        foreach (LowRankUpdate update in adapter.Updates)
        {
            using WeightLease lease = update.A.Enter(WeightUse.Write);
            foreach (ParameterPart part in update.A.Parts) Draw(update.A, part, seed);
            foreach (Parameter b in update.B) b.Value.zero_();
            update.InitializeMagnitudes();
        }
        foreach (ExpertsUpdate update in adapter.ExpertUpdates)
        {
            using WeightLease lease = update.A.Enter(WeightUse.Write);
            Draw(update.A, update.A.Parts[0], seed);
            update.B.Value.zero_();
        }
    }

    private static void Draw(Parameter a, ParameterPart part, int seed)
    {
        Random random = WeightRandom.Of(seed, part.Name);
        double bound = 1 / Math.Sqrt(part.Shape[1]);
        float[] values = new float[part.Count];
        for (int i = 0; i < values.Length; i++) values[i] = (float)(((2 * random.NextDouble()) - 1) * bound);
        using Tensor target = Parameter.View(a.Value, part), source = tensor(values, part.Shape, float32, CPU);
        target.copy_(source);
    }
}
