using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.SimPO.Checkpoints.Gguf;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>Golden GGUF files. They lie below roots that <c>SIMPO_GOLDENS</c> names alone: <c>ROOT/gguf/</c>.</summary>
internal static class GgufGoldens
{
    private const string Kind = "gguf", None = "none";

    /// <summary>The cases with a checkpoint and what is made of it; one that is skipped where no root has any.</summary>
    public static TheoryData<GoldenCase> Cases => OrNone(GoldenCases.Folders(Kind, "expected.json", "tokens.json"));

    /// <summary>A folder of another kind of cases, <c>blocks</c> or <c>hostile</c>.</summary>
    public static string Folder(string name)
    {
        string? folder = GoldenCases.NamedRoots.Select(root => Path.Combine(root, Kind, name)).FirstOrDefault(Directory.Exists);
        Skip.If(folder is null, $"No root that SIMPO_GOLDENS names has {Kind}/{name}.");
        return folder!;
    }

    public static void SkipIfNone(GoldenCase golden) => Skip.If(golden.Name == None, $"No root that SIMPO_GOLDENS names has {Kind}.");

    /// <summary>The bytes of a tensor, by their hash.</summary>
    public static unsafe string HashOf(GgufFile file, GgufTensor tensor)
    {
        byte[] bytes = new byte[tensor.ByteLength];
        fixed (byte* first = bytes) file.Read(first, bytes.Length, tensor.Offset);
        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    /// <summary>The elements of an array as they are stored, by their hash.</summary>
    public static string HashOf(GgufValue array)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        switch (array.Value)
        {
            case IEnumerable<string> texts:
                foreach (string text in texts)
                {
                    writer.Write((long)Encoding.UTF8.GetByteCount(text));
                    writer.Write(Encoding.UTF8.GetBytes(text));
                }
                break;
            case IEnumerable<float> numbers:
                foreach (float number in numbers) writer.Write(number);
                break;
            case IEnumerable<long> numbers:
                foreach (long number in numbers) writer.Write((int)number);
                break;
        }
        return Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray()));
    }

    private static TheoryData<GoldenCase> OrNone(TheoryData<GoldenCase> cases) => cases.Count > 0 ? cases : [new GoldenCase(GoldenCases.OwnRoot, Kind, None)];
}
