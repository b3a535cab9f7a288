namespace Microsoft.ML.SimPO.Checkpoints.Gguf;

/// <summary>A value of the metadata of a GGUF file.</summary>
/// <param name="Type">As it is written.</param>
/// <param name="Value">
/// A whole number as long, a real one as double, a bool, a text; of an array a list of one kind of these, real numbers of 32 bits as float.
/// </param>
/// <param name="Of">The type of the elements of an array; null for anything else.</param>
internal sealed record GgufValue(GgufValueType Type, object Value, GgufValueType? Of = null)
{
    public static GgufValue Text(string value) => new(GgufValueType.String, value);

    public static GgufValue UInt32(long value) => new(GgufValueType.UInt32, value);

    public static GgufValue Float32(double value) => new(GgufValueType.Float32, value);

    public static GgufValue Flag(bool value) => new(GgufValueType.Bool, value);

    public static GgufValue Texts(IReadOnlyList<string> values) => new(GgufValueType.Array, values, GgufValueType.String);

    public static GgufValue Int32s(IReadOnlyList<long> values) => new(GgufValueType.Array, values, GgufValueType.Int32);

    public static GgufValue Float32s(IReadOnlyList<float> values) => new(GgufValueType.Array, values, GgufValueType.Float32);

    /// <summary>What it is, for messages.</summary>
    public string Kind => Of is { } of ? $"an array of {of}" : $"a value of type {Type}";
}
