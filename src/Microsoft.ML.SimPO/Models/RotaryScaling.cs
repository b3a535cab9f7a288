namespace Microsoft.ML.SimPO.Models;

/// <summary>How rotary frequencies are stretched to longer contexts; <c>rope_type</c> in <c>config.json</c>.</summary>
internal enum RotaryScaling
{
    None,
    Linear,
    Dynamic,
    Llama3,
    Yarn,
    LongRope,
}
