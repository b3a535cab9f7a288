using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Layers;
using Microsoft.ML.SimPO.Models.Rotary;

namespace Microsoft.ML.SimPO.Models.Families;

/// <summary>
/// Reads <c>rope_theta</c>, <c>rope_scaling</c> and <c>partial_rotary_factor</c> of a configuration, or <c>rope_parameters</c>, in which later
/// versions of Hugging Face write them together, for models with two embeddings once for each type of layer.
/// </summary>
internal static class RotaryReader
{
    private const string OriginalMax = "original_max_position_embeddings", QueryScale = "llama_4_scaling_beta";

    // The last two say which axis of an image's position turns what; in text all axes are equal.
    private static readonly string[] Common = ["rope_type", "type", "rope_theta", "partial_rotary_factor", "finetuned", "mrope_section", "mrope_interleaved"];

    public static RotaryArchitecture Read(ModelConfig config, int headDim, RotaryDefaults defaults) =>
        Read(config, Parameters(config) ?? defaults.Absent(config), headDim, defaults);

    /// <summary>
    /// The plain embedding of sliding layers where only the others are stretched: of <c>rope_parameters</c> where they are by layer type, else of
    /// <c>rope_theta</c>.
    /// </summary>
    public static RotaryArchitecture ReadSliding(ModelConfig config, int headDim, RotaryDefaults defaults) =>
        config.GetOrNull("rope_parameters")?.GetOrNull("sliding_attention") is { } own
            ? Read(config, own, headDim, defaults)
            : Plain(config, headDim, config.GetPositive("rope_theta", defaults.Base));

    /// <summary>The embedding of sliding layers where they have one of their own.</summary>
    public static RotaryArchitecture ReadLocal(ModelConfig config, int headDim)
    {
        if (config.GetOrNull("rope_parameters")?.GetOrNull("sliding_attention") is { } own) return Read(config, own, headDim, new RotaryDefaults());
        return Plain(config, headDim, config.GetPositive("rope_local_base_freq", 10_000));
    }

    private static RotaryArchitecture Plain(ModelConfig config, int headDim, double @base) =>
        WithFiniteAngles(new RotaryArchitecture { Dimensions = headDim, Base = @base, MaxPositions = MaxPositions(config) }, config);

    /// <summary>The longest sequence that the configuration allows for; all that an int can count where the field is null.</summary>
    public static int MaxPositions(ModelConfig config)
    {
        const string field = "max_position_embeddings";
        if (config.IsNull(field)) return int.MaxValue;
        return config.GetInt32(field, ClassDefaults.Of(config).MaxPositions) is > 0 and var most ? most : throw config.Wrong(field, "at least 1");
    }

    /// <summary>Whether angles depend on how many positions a configuration has.</summary>
    public static bool CountsPositions(ModelConfig config)
    {
        ModelConfig? scaling = Parameters(config);
        return (scaling?.GetStringOrNull("rope_type") ?? scaling?.GetStringOrNull("type")) is "dynamic" or "yarn" or "longrope" or "su";
    }

    private static ModelConfig? Parameters(ModelConfig config) =>
        config.GetOrNull("rope_parameters") is { } parameters ? parameters.GetOrNull("full_attention") ?? parameters : config.GetOrNull("rope_scaling");

    private static RotaryArchitecture Read(ModelConfig config, ModelConfig? scaling, int headDim, RotaryDefaults defaults)
    {
        int max = MaxPositions(config);
        scaling?.RequireNotNull("rope_theta", "partial_rotary_factor");
        double @base = scaling?.GetDoubleOrNull("rope_theta") ?? config.GetDouble("rope_theta", defaults.Base);
        if (@base <= 0) throw config.Wrong("rope_theta", "greater than 0");
        double part = scaling?.GetDoubleOrNull("partial_rotary_factor") ?? config.GetDouble("partial_rotary_factor", defaults.Part);
        RotaryArchitecture plain = new() { Dimensions = (int)(headDim * part), Base = @base, MaxPositions = max };
        if (plain.Dimensions < 2 || plain.Dimensions > headDim || plain.Dimensions % 2 != 0)
            throw config.Wrong(
                "partial_rotary_factor", FormattableString.Invariant($"such that an even number of the {headDim} dimensions of a head is turned"));
        if (scaling is null) return WithFiniteAngles(plain, config);
        string typeField = scaling.Has("rope_type") || !scaling.Has("type") ? "rope_type" : "type";
        string type = scaling.GetStringOrNull(typeField) ?? (scaling.Has("factor") ? scaling.GetString(typeField) : "default");
        return type switch
        {
            "default" => Checked(plain, scaling, type, "factor", OriginalMax),
            "linear" => Checked(plain with { Scaling = RotaryScaling.Linear, Factor = scaling.GetDouble("factor") }, scaling, type, "factor", OriginalMax),
            "dynamic" when defaults.Alpha && scaling.Has("alpha") => WithFiniteAngles(
                plain with { Base = @base * Math.Pow(scaling.GetPositive("alpha", 1), plain.Dimensions / (plain.Dimensions - 2.0)) }, scaling),
            "dynamic" => Checked(plain with { Scaling = RotaryScaling.Dynamic, Factor = scaling.GetDouble("factor") }, scaling, type, "factor", OriginalMax),
            "llama3" => Checked(ReadLlama3(plain, scaling), scaling, type, "factor", OriginalMax, "low_freq_factor", "high_freq_factor"),
            "yarn" => Checked(
                ReadYarn(plain, scaling, max, defaults), scaling, type, ["factor", OriginalMax, "attention_factor",
                "beta_fast", "beta_slow", "mscale", "mscale_all_dim", "truncate", .. defaults.QueryScale ? [QueryScale] : Array.Empty<string>()]),
            "longrope" or "su" => Checked(
                ReadLongRope(plain, scaling, config, max), scaling, type, "factor", OriginalMax, "attention_factor", "short_factor", "long_factor"),
            _ => throw scaling.Wrong(typeField, "default, linear, dynamic, llama3, yarn or longrope"),
        };
    }

    /// <summary>A field that the scaling does not have changes the positions: it is refused.</summary>
    private static RotaryArchitecture Checked(RotaryArchitecture rotary, ModelConfig scaling, string type, params string[] fields)
    {
        foreach (string field in scaling.FieldNames.Where(f => !Common.Contains(f) && !fields.Contains(f)))
            throw scaling.Wrong(field, $"absent, for {type} scaling has no such field");
        return WithFiniteAngles(rotary, scaling);
    }

    /// <summary>Positions turn by numbers: whatever base and factors are, no angle up to the longest sequence may be infinite or none.</summary>
    private static RotaryArchitecture WithFiniteAngles(RotaryArchitecture rotary, ModelConfig config)
    {
        int[] lengths = [1, rotary.MaxPositions, (int)Math.Min(2L * rotary.MaxPositions, int.MaxValue)];
        IEnumerable<float> frequencies = lengths.SelectMany(length => RotaryFrequencies.InverseFrequencies(rotary, length));
        bool isFinite = frequencies.All(f => f >= 0 && float.IsFinite(f * rotary.MaxPositions));
        if (isFinite && rotary.AttentionFactor > 0 && float.IsFinite((float)rotary.AttentionFactor)) return rotary;
        throw new InvalidDataException(FormattableString.Invariant(
            $"'{config.Path}': with rope_theta {rotary.Base} and the fields of its scaling the rotary embedding has angles that are no finite numbers.")
            + " They must be such that every position of the longest sequence has an angle.");
    }

    private static RotaryArchitecture ReadLlama3(RotaryArchitecture plain, ModelConfig scaling) => plain with
    {
        Scaling = RotaryScaling.Llama3,
        Factor = scaling.GetDouble("factor"),
        OriginalMaxPositions = scaling.GetDouble(OriginalMax),
        LowFrequencyFactor = scaling.GetDouble("low_freq_factor"),
        HighFrequencyFactor = scaling.GetDouble("high_freq_factor"),
    };

    private static RotaryArchitecture ReadYarn(RotaryArchitecture plain, ModelConfig scaling, int max, RotaryDefaults defaults)
    {
        double original = scaling.GetDouble(OriginalMax, max);
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
            Truncate = !scaling.IsNull("truncate") && scaling.GetBool("truncate", true),
            AttentionFactor = scaling.GetDouble("attention_factor", attention),
            QueryScaleBeta = defaults.QueryScale ? scaling.GetDouble(QueryScale, 0) : 0,
        };
    }

    private static RotaryArchitecture ReadLongRope(RotaryArchitecture plain, ModelConfig scaling, ModelConfig config, int max)
    {
        double original = config.GetDouble(OriginalMax, scaling.GetDouble(OriginalMax, max));
        double factor = config.Has(OriginalMax) ? max / original : scaling.GetDouble("factor", max / original);
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
