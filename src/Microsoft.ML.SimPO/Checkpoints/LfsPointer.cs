using System.Buffers.Text;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>What Git puts in the place of a large file where its extension LFS is not installed: three lines that begin so.</summary>
internal static class LfsPointer
{
    private static ReadOnlySpan<byte> SizeLine => "\nsize "u8;

    public static bool Is(ReadOnlySpan<byte> content) => content.StartsWith("version https://git-lfs"u8);

    public static string Message(string path) =>
        $"'{path}' is a pointer of Git LFS, not the file itself. Run `git lfs install` and `git lfs pull` in its folder, or download the file.";

    /// <summary>The same with how long the file is, as the pointer says.</summary>
    public static string Message(string path, ReadOnlySpan<byte> content)
    {
        int at = content.IndexOf(SizeLine);
        return at >= 0 && Utf8Parser.TryParse(content[(at + SizeLine.Length)..], out long size, out _)
            ? FormattableString.Invariant($"{Message(path)[..^1]} itself ({size} bytes).") : Message(path);
    }
}
