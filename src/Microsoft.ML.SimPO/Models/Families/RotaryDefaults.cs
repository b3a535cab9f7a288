using System.Text;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Models.Families;

/// <summary>What a family's rotary embedding is where its configuration says nothing, and what it knows that others do not.</summary>
/// <param name="Base"><c>rope_theta</c>.</param>
internal sealed record RotaryDefaults(double Base = 10_000)
{
    /// <summary><c>partial_rotary_factor</c>.</summary>
    public double Part { get; init; } = 1;

    /// <summary>Whether dynamic scaling may have an <c>alpha</c>, which stretches the base whatever the length.</summary>
    public bool Alpha { get; init; }

    /// <summary>Whether queries are scaled by their position, by <c>llama_4_scaling_beta</c>.</summary>
    public bool QueryScale { get; init; }

    /// <summary><c>rope_parameters</c>, as JSON, of a configuration that has none; null for plain ones.</summary>
    public string? Scaling { get; init; }

    public ModelConfig? Absent(ModelConfig config) => Scaling is null ? null : ModelConfig.Parse(Encoding.UTF8.GetBytes(Scaling), config.Path);
}
