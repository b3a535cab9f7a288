using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Models;

/// <summary>Reads <c>rope_theta</c>, <c>rope_scaling</c> and <c>partial_rotary_factor</c> of a configuration.</summary>
internal static class RotaryReader
{
    public static RotaryArchitecture Read(ModelConfig config, int headDim)
    {
        int max = config.GetInt32("max_position_embeddings");
        RotaryArchitecture plain = new()
        {
            Dimensions = (int)(headDim * config.GetDouble("partial_rotary_factor", 1)),
            Base = config.GetDouble("rope_theta", 10000),
            MaxPositions = max,
        };
        if (config.GetOrNull("rope_scaling") is not { } scaling) return plain;
        string type = scaling.GetStringOrNull("rope_type") ?? scaling.GetString("type");
        return type switch
        {
            "default" => plain,
            "linear" => plain with { Scaling = RotaryScaling.Linear, Factor = scaling.GetDouble("factor") },
            "dynamic" => plain with { Scaling = RotaryScaling.Dynamic, Factor = scaling.GetDouble("factor") },
            "llama3" => plain with
            {
                Scaling = RotaryScaling.Llama3,
                Factor = scaling.GetDouble("factor"),
                OriginalMaxPositions = scaling.GetDouble("original_max_position_embeddings"),
                LowFrequencyFactor = scaling.GetDouble("low_freq_factor"),
                HighFrequencyFactor = scaling.GetDouble("high_freq_factor"),
            },
            "yarn" => ReadYarn(plain, scaling, max),
            "longrope" or "su" => ReadLongRope(plain, scaling, config, max),
            _ => throw scaling.Wrong(scaling.Has("rope_type") ? "rope_type" : "type", "default, linear, dynamic, llama3, yarn or longrope"),
        };
    }

    private static RotaryArchitecture ReadYarn(RotaryArchitecture plain, ModelConfig scaling, int max)
    {
        double original = scaling.GetDouble("original_max_position_embeddings", max);
        double factor = scaling.GetDouble("factor", max / original);
        double Magnitude(double scale) => factor <= 1 ? 1 : (0.1 * scale * Math.Log(factor)) + 1;
        double? mscale = scaling.GetDoubleOrNull("mscale"), all = scaling.GetDoubleOrNull("mscale_all_dim");
        double attention = mscale is { } m && all is { } a && m != 0 && a != 0 ? Magnitude(m) / Magnitude(a) : Magnitude(1);
        return plain with
        {
            Scaling = RotaryScaling.Yarn,
            Factor = factor,
            OriginalMaxPositions = original,
            BetaFast = scaling.GetDouble("beta_fast", 32),
            BetaSlow = scaling.GetDouble("beta_slow", 1),
            Truncate = scaling.GetBool("truncate", true),
            AttentionFactor = scaling.GetDouble("attention_factor", attention),
        };
    }

    private static RotaryArchitecture ReadLongRope(RotaryArchitecture plain, ModelConfig scaling, ModelConfig config, int max)
    {
        double original = config.GetDouble("original_max_position_embeddings", scaling.GetDouble("original_max_position_embeddings", max));
        double factor = config.Has("original_max_position_embeddings") ? max / original : scaling.GetDouble("factor", max / original);
        double attention = factor <= 1 ? 1 : Math.Sqrt(1 + (Math.Log(factor) / Math.Log(original)));
        return plain with
        {
            Scaling = RotaryScaling.LongRope,
            OriginalMaxPositions = original,
            ShortFactors = Factors("short_factor"),
            LongFactors = Factors("long_factor"),
            AttentionFactor = scaling.GetDouble("attention_factor", attention),
        };

        IReadOnlyList<double> Factors(string field) => scaling.GetDoubleList(field) is var factors && factors.Count == plain.Dimensions / 2
            ? factors
            : throw scaling.Wrong(field, $"a list of {plain.Dimensions / 2} numbers, one for each pair of turned dimensions");
    }
}
