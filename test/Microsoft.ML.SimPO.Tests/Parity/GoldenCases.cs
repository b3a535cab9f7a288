namespace Microsoft.ML.SimPO.Parity;

/// <summary>
/// Finds golden cases under the project's own <c>Goldens/</c> and under every root that <c>SIMPO_GOLDENS</c> names. A case of the project's that such a root
/// holds with the same bytes runs once.
/// </summary>
internal static class GoldenCases
{
    private static readonly Lazy<IReadOnlyDictionary<string, string>> Unsupported = new(ReadUnsupported);

    public static string OwnRoot => Repository.PathOf("test", "Microsoft.ML.SimPO.Tests", "Goldens");

    public static IReadOnlyList<string> NamedRoots =>
        (Environment.GetEnvironmentVariable("SIMPO_GOLDENS") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public static IReadOnlyList<string> ModelKinds { get; } = ["models", "models-v5"];

    public static IEnumerable<string> Roots => NamedRoots.Prepend(OwnRoot);

    /// <summary>The folders below <c>ROOT/kind/</c> that hold the <paramref name="markers"/>, every root, by name.</summary>
    public static TheoryData<GoldenCase> Folders(string kind, params string[] markers) =>
        Collect(kind, folder => Directory.EnumerateDirectories(folder).Where(d => markers.All(marker => GoldenFile.Exists(Path.Combine(d, marker)))));

    /// <summary>The folders of <c>models/</c>, and of <c>models-v5/</c>, which are of later versions of the references.</summary>
    public static TheoryData<GoldenCase> Models(params string[] markers) => [.. ModelKinds.SelectMany(kind => Of(Folders(kind, markers)))];

    /// <summary>The files below <c>ROOT/kind/</c> that match <paramref name="pattern"/>, packed or not, every root, by name.</summary>
    public static TheoryData<GoldenCase> Files(string kind, string pattern) =>
        Collect(kind, folder => Directory.EnumerateFiles(folder, pattern).Concat(Directory.EnumerateFiles(folder, pattern + GoldenFile.Packed)));

    /// <summary>The cases of a theory.</summary>
    public static IEnumerable<GoldenCase> Of(TheoryData<GoldenCase> cases) => ((IEnumerable<object[]>)cases).Select(row => (GoldenCase)row[0]);

    /// <summary>Skips a case that <c>unsupported.txt</c> names, with the reason given there.</summary>
    public static void SkipUnsupported(GoldenCase golden)
    {
        bool listed = Unsupported.Value.TryGetValue($"{golden.Kind}/{golden.Name}", out string? reason);
        Xunit.Skip.If(listed, $"{golden.Kind}/{golden.Name}: {reason}");
    }

    /// <summary>Whether <c>unsupported.txt</c> does not name a case.</summary>
    public static bool IsSupported(GoldenCase golden) => !Unsupported.Value.ContainsKey($"{golden.Kind}/{golden.Name}");

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
                    cases.Add(new GoldenCase(root, kind, NameOf(entry)));
        }
        return cases;
    }

    /// <summary>
    /// Whether a folder holds a file, or all files of a folder, with the same bytes. A packed file is what it was made of, and reference outputs are the same
    /// if each tensor is: the project's own cases are packed, and leave out gradients.
    /// </summary>
    internal static bool IsIn(string folder, string entry)
    {
        string other = Path.Combine(folder, Path.GetFileName(entry));
        if (Directory.Exists(entry)) return Directory.EnumerateFileSystemEntries(entry).All(e => IsIn(other, e));
        if (File.Exists(other))
            return Path.GetFileName(entry) == "golden.safetensors"
                ? GoldenTensors.AreIn(other, entry) : HaveSameBytes(File.ReadAllBytes(other), File.ReadAllBytes(entry));
        string unpacked = Path.Combine(folder, NameOf(entry));
        return File.Exists(unpacked) && HaveSameBytes(File.ReadAllBytes(unpacked), GoldenFile.ReadBytes(entry[..^GoldenFile.Packed.Length]));
    }

    private static bool HaveSameBytes(byte[] a, byte[] b) => a.AsSpan().SequenceEqual(b);

    /// <summary>Without what packing adds. The files of preprocessing are packed everywhere, and called so.</summary>
    private static string NameOf(string entry)
    {
        string name = Path.GetFileName(entry);
        bool isPacked = name.EndsWith(GoldenFile.Packed, StringComparison.Ordinal) && Path.GetFileName(Path.GetDirectoryName(entry)) != "preprocessing";
        return isPacked ? name[..^GoldenFile.Packed.Length] : name;
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
