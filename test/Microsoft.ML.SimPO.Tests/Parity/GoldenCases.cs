namespace Microsoft.ML.SimPO.Parity;

/// <summary>
/// Finds golden cases under the project's own <c>Goldens/</c> and under every root that <c>SIMPO_GOLDENS</c> names. A case of the project's that such a root holds
/// with the same bytes runs once.
/// </summary>
internal static class GoldenCases
{
    private static readonly Lazy<IReadOnlyDictionary<string, string>> Unsupported = new(ReadUnsupported);

    public static string OwnRoot => Repository.PathOf("test", "Microsoft.ML.SimPO.Tests", "Goldens");

    public static IReadOnlyList<string> NamedRoots =>
        (Environment.GetEnvironmentVariable("SIMPO_GOLDENS") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public static IEnumerable<string> Roots => NamedRoots.Prepend(OwnRoot);

    /// <summary>The folders below <c>ROOT/kind/</c> that hold <paramref name="marker"/>, every root, by name.</summary>
    public static TheoryData<GoldenCase> Folders(string kind, string marker) =>
        Collect(kind, folder => Directory.EnumerateDirectories(folder).Where(d => File.Exists(Path.Combine(d, marker))));

    /// <summary>The files below <c>ROOT/kind/</c> that match <paramref name="pattern"/>, every root, by name.</summary>
    public static TheoryData<GoldenCase> Files(string kind, string pattern) =>
        Collect(kind, folder => Directory.EnumerateFiles(folder, pattern));

    /// <summary>Skips a case that <c>unsupported.txt</c> names, with the reason given there.</summary>
    public static void SkipUnsupported(GoldenCase golden)
    {
        bool listed = Unsupported.Value.TryGetValue($"{golden.Kind}/{golden.Name}", out string? reason);
        Xunit.Skip.If(listed, $"{golden.Kind}/{golden.Name}: {reason}");
    }

    private static TheoryData<GoldenCase> Collect(string kind, Func<string, IEnumerable<string>> entries)
    {
        var cases = new TheoryData<GoldenCase>();
        foreach (string root in Roots)
        {
            string folder = Path.Combine(root, kind);
            if (!Directory.Exists(folder)) continue;
            string[] found = [.. entries(folder).Order(StringComparer.Ordinal)];
            string[] shared = [.. Directory.EnumerateFileSystemEntries(folder).Except(found)];
            // What cases share lies beside them: where it differs, no case is the same.
            string[] twins = root == OwnRoot ? [.. NamedRoots.Select(r => Path.Combine(r, kind)).Where(f => shared.All(e => IsIn(f, e)))] : [];
            foreach (string entry in found)
                if (!twins.Any(f => IsIn(f, entry)))
                    cases.Add(new GoldenCase(root, kind, Path.GetFileName(entry)));
        }
        return cases;
    }

    /// <summary>Whether a folder holds a file, or all files of a folder, with the same bytes.</summary>
    internal static bool IsIn(string folder, string entry)
    {
        string other = Path.Combine(folder, Path.GetFileName(entry));
        if (Directory.Exists(entry)) return Directory.EnumerateFileSystemEntries(entry).All(e => IsIn(other, e));
        return File.Exists(other) && new FileInfo(other).Length == new FileInfo(entry).Length && File.ReadAllBytes(other).AsSpan().SequenceEqual(File.ReadAllBytes(entry));
    }

    private static Dictionary<string, string> ReadUnsupported()
    {
        string path = Repository.PathOf("test", "Microsoft.ML.SimPO.Tests", "Parity", "unsupported.txt");
        return File.ReadLines(path)
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split(' ', 2))
            .ToDictionary(parts => parts[0], parts => parts[1].Trim(), StringComparer.Ordinal);
    }
}
