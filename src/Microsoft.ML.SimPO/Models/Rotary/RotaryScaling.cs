using Microsoft.ML.SimPO.Models.Layers;

namespace Microsoft.ML.SimPO.Models.Rotary;

/// <summary>How rotary frequencies are stretched to longer contexts; <c>rope_type</c> in <c>config.json</c>.</summary>
internal enum RotaryScaling
{
    None,
    Linear,
    Dynamic,
    Llama3,
    Yarn,
    LongRope,

    /// <summary>Only a part of the pairs turns, by frequencies of the whole head.</summary>
    Proportional,
}
