using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Adapters;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Parity;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>Adapters with random A and B, and the model whose weights they are merged into, which computes the same by another road.</summary>
internal static class RandomAdapter
{
    public static void Attach(Decoder decoder, AdapterConfig config, double size = 0.5)
    {
        AdapterInitializer.Attach(decoder, config, seed: 3);
        var random = new Random(3);
        foreach (Parameter b in decoder.Adapter!.Updates.SelectMany(u => u.B).Concat(decoder.Adapter.ExpertUpdates.Select(u => u.B)))
            Set(b, b.Parts[0], tensor([.. Enumerable.Range(0, (int)b.Count).Select(_ => (float)((2 * random.NextDouble()) - 1) * (float)size)], b.Shape));
    }

    public static void MergeInto(Decoder target, Decoder adapted)
    {
        foreach ((Parameter to, Parameter from) in target.Parameters.Zip(adapted.Parameters))
            foreach (ParameterPart part in from.Parts)
                if ((from.Update?.Merged(from, part) ?? from.ExpertsUpdate?.Merged(from, part)) is { } merged) Set(to, part, merged);
    }

    /// <summary>dL/dA = s B^T dL/dW, dL/dB = s dL/dW A^T.</summary>
    public static void CheckGradients(Decoder adapted, Decoder merged, AdapterConfig config)
    {
        foreach ((Parameter weight, Parameter mergedWeight) in adapted.Parameters.Zip(merged.Parameters))
        {
            if (weight.Update is { } update) CheckGradients(update, mergedWeight, config);
            if (weight is { ExpertsUpdate: { } experts, Kind: ParameterKind.Experts }) CheckGradients(experts, mergedWeight, adapted.Adapter!.Config);
        }
    }

    /// <summary>Expert by expert, of joined experts: rows of A one below the other, columns of B in strides.</summary>
    private static void CheckGradients(ExpertsUpdate update, Parameter merged, AdapterConfig config)
    {
        using DisposeScope scope = NewDisposeScope();
        long experts = merged.Shape[0], rank = update.A.Shape[0] / experts;
        float scaling = (float)config.ScalingOf(merged.Parts[0].Name);
        for (int e = 0; e < experts; e++)
        {
            Tensor weightGradient = merged.Gradient.select(0, e);
            if (update.IsInputFirst) weightGradient = weightGradient.t();
            long[] columns = [.. Enumerable.Range(0, (int)rank).Select(j => (j * experts) + e)];
            Tensor b = update.B.Value.index_select(1, tensor(columns)), bGradient = update.B.Gradient.index_select(1, tensor(columns));
            Tensor a = update.A.Value.narrow(0, e * rank, rank), aGradient = update.A.Gradient.narrow(0, e * rank, rank);
            AssertClose(mm(b.t(), weightGradient) * scaling, aGradient);
            AssertClose(mm(weightGradient, a.t()) * scaling, bGradient);
        }
    }

    private static void CheckGradients(LowRankUpdate update, Parameter merged, AdapterConfig config)
    {
        foreach ((ParameterPart aPart, Parameter b) in update.A.Parts.Zip(update.B))
        {
            using DisposeScope scope = NewDisposeScope();
            string module = aPart.Name["base_model.model.".Length..^".lora_A.weight".Length];
            float scaling = (float)config.ScalingOf(module);
            Tensor weightGradient = Parameter.View(merged.Gradient, merged.Parts.Single(p => p.Name == module + ".weight"));
            Tensor a = Parameter.View(update.A.Value, aPart), aGradient = Parameter.View(update.A.Gradient, aPart);
            AssertClose(mm(b.Value.t(), weightGradient) * scaling, aGradient);
            AssertClose(mm(weightGradient, a.t()) * scaling, b.Gradient);
        }
    }

    private static void AssertClose(Tensor expected, Tensor found)
    {
        float[] numbers = expected.contiguous().data<float>().ToArray();
        Differences.AssertClose("gradient", numbers, found.contiguous().data<float>().ToArray(), (5e-5 * numbers.Max(Math.Abs)) + 1e-6);
    }

    private static void Set(Parameter parameter, ParameterPart part, Tensor value)
    {
        using (value)
        {
            using WeightLease lease = parameter.Enter(WeightUse.Write);
            using Tensor view = Parameter.View(parameter.Value, part);
            view.copy_(value);
        }
    }
}
