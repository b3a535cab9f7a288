namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>What Git puts in the place of a large file where its extension LFS is not installed: three lines that begin so.</summary>
internal static class LfsPointer
{
    public static bool Is(ReadOnlySpan<byte> content) => content.StartsWith("version https://git-lfs"u8);

    public static string Message(string path) =>
        $"'{path}' is a pointer of Git LFS, not the file itself. Run `git lfs install` and `git lfs pull` in its folder, or download the file.";
}
