namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>The element types of a safetensors file.</summary>
internal enum CheckpointType
{
    Bool,
    UInt8,
    Int8,
    Float8E5M2,
    Float8E4M3,
    Float8E8M0,
    Int16,
    UInt16,
    Float16,
    BFloat16,
    Int32,
    UInt32,
    Float32,
    Complex64,
    Float64,
    Int64,
    UInt64,
    Float4,
    Float6E2M3,
    Float6E3M2,
}
