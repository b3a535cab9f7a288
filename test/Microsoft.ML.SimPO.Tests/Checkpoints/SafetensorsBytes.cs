using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Builds safetensors files by hand, good and bad.</summary>
internal static class SafetensorsBytes
{
    /// <summary>A file of this header, as it stands, and this much data, whose bytes count up.</summary>
    public static byte[] Of(string header, int dataLength) => Of(header, [.. Enumerable.Range(0, dataLength).Select(i => (byte)i)]);

    public static byte[] Of(string header, byte[] data)
    {
        byte[] text = Encoding.UTF8.GetBytes(header);
        return [.. Length((ulong)text.Length), .. text, .. data];
    }

    public static byte[] Length(ulong length)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        return bytes;
    }

    /// <summary>A good file of four tensors: F32 [2, 3], BF16 [4], F16 [2, 1], I64 scalar.</summary>
    public static byte[] Good() => Of(
        """{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"BF16","shape":[4],"data_offsets":[24,"""
            + """32]},"c":{"dtype":"F16","shape":[2,1],"data_offsets":[32,36]},"d":{"dtype":"I64","shape":[],"data_offsets":[36,44]}}""",
        44);
}
