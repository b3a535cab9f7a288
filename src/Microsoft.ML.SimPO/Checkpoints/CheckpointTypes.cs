using System.Collections.Frozen;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>What is known of each <see cref="CheckpointType"/>: its name in a safetensors header, its bytes, its name in config.json.</summary>
internal static class CheckpointTypes
{
    private static readonly (CheckpointType Type, string Name, int Size)[] Rows =
    [
        (CheckpointType.Bool, "BOOL", 1),
        (CheckpointType.UInt8, "U8", 1),
        (CheckpointType.Int8, "I8", 1),
        (CheckpointType.Float8E5M2, "F8_E5M2", 1),
        (CheckpointType.Float8E4M3, "F8_E4M3", 1),
        (CheckpointType.Float8E8M0, "F8_E8M0", 1),
        (CheckpointType.Int16, "I16", 2),
        (CheckpointType.UInt16, "U16", 2),
        (CheckpointType.Float16, "F16", 2),
        (CheckpointType.BFloat16, "BF16", 2),
        (CheckpointType.Int32, "I32", 4),
        (CheckpointType.UInt32, "U32", 4),
        (CheckpointType.Float32, "F32", 4),
        (CheckpointType.Complex64, "C64", 8),
        (CheckpointType.Float64, "F64", 8),
        (CheckpointType.Int64, "I64", 8),
        (CheckpointType.UInt64, "U64", 8),
    ];

    // Types of less than a byte: known, so that a tensor of them that no model needs does not block its file; never read.
    private static readonly (CheckpointType Type, string Name, int Bits)[] Parts =
    [
        (CheckpointType.Float4, "F4", 4),
        (CheckpointType.Float6E2M3, "F6_E2M3", 6),
        (CheckpointType.Float6E3M2, "F6_E3M2", 6),
    ];

    private static readonly FrozenDictionary<string, CheckpointType> ByName = Rows.Concat(Parts)
        .ToFrozenDictionary(r => r.Item2, r => r.Item1, StringComparer.Ordinal);

    /// <summary>The names a safetensors header may use, in order of size.</summary>
    public static string KnownNames => string.Join(", ", Rows.Select(r => r.Name));

    public static bool TryParse(string name, out CheckpointType type) => ByName.TryGetValue(name, out type);

    extension(CheckpointType type)
    {
        /// <summary>Bytes of one element, of types of a byte at least.</summary>
        public int Size => Rows[(int)type].Size;

        /// <summary>Bits of one element.</summary>
        public int Bits => (int)type < Rows.Length ? 8 * Rows[(int)type].Size : Parts[(int)type - Rows.Length].Bits;

        /// <summary>The name in a safetensors header, as <c>BF16</c>.</summary>
        public string HeaderName => (int)type < Rows.Length ? Rows[(int)type].Name : Parts[(int)type - Rows.Length].Name;

        /// <summary>Whether <see cref="CheckpointReader.ReadFloat32(string, float*, long)"/> can widen or narrow it to float32.</summary>
        public bool ConvertsToFloat32 => type is CheckpointType.Float32 or CheckpointType.BFloat16 or CheckpointType.Float16 or CheckpointType.Float64;

        /// <summary>The name in <c>torch_dtype</c> of config.json; only of the types that are written.</summary>
        public string TorchName => type switch
        {
            CheckpointType.Float32 => "float32",
            CheckpointType.BFloat16 => "bfloat16",
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Checkpoints are written as Float32 or BFloat16."),
        };
    }
}
