namespace Microsoft.ML.SimPO.Checkpoints.Gguf;

/// <summary>The types of values in the metadata of a GGUF file, by the codes that it writes.</summary>
internal enum GgufValueType : uint
{
    UInt8,
    Int8,
    UInt16,
    Int16,
    UInt32,
    Int32,
    Float32,
    Bool,
    String,
    Array,
    UInt64,
    Int64,
    Float64,
}
