using System.IO.Compression;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Microsoft.ML.SimPO.EndToEnd;

/// <summary>The package: what it holds, what it demands, and that every public entry point works in a program that knows nothing of this repository.</summary>
[Collection(PackageCollection.Name)]
public sealed partial class PackageTests(PackageFeed feed)
{
    private static readonly string Sample = Path.Combine(ChildProgram.Root, "samples", "QuickStart");

    /// <summary>Classes whose members are what a program begins with.</summary>
    private static readonly string[] EntryPoints =
    [
        "AlignmentCatalog", "AlignmentTransforms", "AlignmentTransformer", "LanguageModelTransformer", "ModelOperationsExtensions", "TrainingRun",
        "SweepResult", "AlignmentRecipes", "AlignmentRecipe", "MethodComparison",
    ];

    private static string Program { get; } = Application("EntryPoints.cs");

    [Fact]
    public void It_has_what_a_package_has() => CheckContents(feed);

    [Fact]
    public async Task Every_public_entry_point_works_in_a_fresh_program_and_nothing_is_older_than_what_the_library_was_built_with()
    {
        using FreshApplication application = await FreshApplication.Build(feed, Sources(Program));
        CheckVersions(application.Binaries);
        ChildProgram run = await application.Run(null, Sample);
        CheckRun(run);
    }

    /// <summary>The program is as whole as the list of what is public.</summary>
    [Fact]
    public void The_program_calls_every_public_method_of_the_classes_that_programs_begin_with()
    {
        string api = File.ReadAllText(Path.Combine(ChildProgram.Root, "src", "Microsoft.ML.SimPO", "PublicAPI.Unshipped.txt"));
        string[] methods = [.. Method().Matches(api).Where(m => EntryPoints.Contains(m.Groups[1].Value)).Select(m => m.Groups[2].Value).Distinct()];
        Assert.True(methods.Length > 20, string.Join(", ", methods));
        string[] missing = [.. methods.Where(method => method != "extension" && !Program.Contains($".{method}(", StringComparison.Ordinal))];
        Assert.Empty(missing);
    }

    /// <summary>As it is released, with the package that brings libtorch for every operating system: more than a gigabyte.</summary>
    [Fact]
    [Trait("Category", "Long")]
    public async Task A_release_works_with_TorchSharp_cpu_and_names_nothing_of_the_machine_that_made_it()
    {
        using var release = new PackageFeed();
        await release.Pack("-c", "Release");
        CheckContents(release);
        CheckSources(release);
        using FreshApplication application = await FreshApplication.Build(release, Sources(Program), "TorchSharp-cpu");
        CheckRun(await application.Run(null, Sample));
    }

    /// <summary>As in a bare container: nothing is there but the SDK, and all packages come from their feeds, some 300 megabytes.</summary>
    [Fact]
    [Trait("Category", "Long")]
    public async Task With_an_empty_cache_of_packages_it_works_too()
    {
        using var cache = new TemporaryFolder();
        var environment = new Dictionary<string, string> { ["NUGET_PACKAGES"] = cache.In("packages"), ["NUGET_HTTP_CACHE_PATH"] = cache.In("http") };
        using FreshApplication application = await FreshApplication.Build(feed, Sources(Program), environment: environment);
        CheckVersions(application.Binaries);
        CheckRun(await application.Run(null, Sample));
    }

    /// <summary>It came to its end, and said nothing but warnings: nobody hears its log.</summary>
    private static void CheckRun(ChildProgram run)
    {
        Assert.True(run.ExitCode == 0 && run.Output.TrimEnd().EndsWith("all of it works", StringComparison.Ordinal), run.Output + run.Error);
        Assert.All(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.StartsWith("warning: ", line, StringComparison.Ordinal));
        Assert.Contains("warning: The run changed nothing: ", run.Error, StringComparison.Ordinal);
    }

    /// <summary>The text of a program that is built with the package alone.</summary>
    internal static string Application(string name) =>
        File.ReadAllText(Path.Combine(ChildProgram.Root, "test", "Microsoft.ML.SimPO.EndToEndTests", "Applications", name));

    private static Dictionary<string, string> Sources(string program) => new() { ["Program.cs"] = program };

    /// <summary>Each assembly that the library refers to is there, or is one of .NET's own, in the version that it was built with or a later one.</summary>
    private static void CheckVersions(string binaries)
    {
        using var file = new PEReader(File.OpenRead(Path.Combine(binaries, "Microsoft.ML.SimPO.dll")));
        MetadataReader reader = file.GetMetadataReader();
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        List<string> faults = [];
        foreach (AssemblyReference reference in reader.AssemblyReferences.Select(reader.GetAssemblyReference))
        {
            string name = reader.GetString(reference.Name);
            string? path = new[] { binaries, framework }.Select(f => Path.Combine(f, name + ".dll")).FirstOrDefault(File.Exists);
            Version? found = path is null ? null : AssemblyName.GetAssemblyName(path).Version;
            if (found is null || found < reference.Version) faults.Add($"{name}: {reference.Version} is needed, {found?.ToString() ?? "nothing"} is there");
        }
        Assert.Empty(faults);
    }

    [GeneratedRegex(@"\]\(([^)]*)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(?m)^(?:static |override )*Microsoft\.ML\.(?:SimPO\.)?(\w+)\.(?:extension\([^)]*\)\.)?(\w+)(?:<\w+>)?\(")]
    private static partial Regex Method();

    /// <summary>Every source is named by its place in the repository; those that are in no commit are inside.</summary>
    private static void CheckSources(PackageFeed feed)
    {
        using var provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(Read(feed, "snupkg", "Microsoft.ML.SimPO.pdb")));
        MetadataReader reader = provider.GetMetadataReader();
        string[] sources = [.. reader.Documents.Select(d => reader.GetString(reader.GetDocument(d).Name))];
        Assert.Contains("/_/src/Microsoft.ML.SimPO/MLNet/Trainers/SimPOTrainer.cs", sources);
        Assert.All(sources, source => Assert.StartsWith("/_/", source, StringComparison.Ordinal));
        Assert.Equal(-1, Read(feed, "nupkg", "Microsoft.ML.SimPO.dll").AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(ChildProgram.Root)));
    }

    private static byte[] Read(PackageFeed feed, string extension, string file)
    {
        using ZipArchive package = feed.Open(extension);
        using Stream stream = package.GetEntry("lib/net10.0/" + file)!.Open();
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    private static void CheckContents(PackageFeed feed)
    {
        using ZipArchive package = feed.Open("nupkg"), symbols = feed.Open("snupkg");
        string[] files = [.. package.Entries.Select(e => e.FullName)];
        Assert.Superset(
            new HashSet<string> { "README.md", "icon.png", "lib/net10.0/Microsoft.ML.SimPO.dll", "lib/net10.0/Microsoft.ML.SimPO.xml" }, files.ToHashSet());
        Assert.DoesNotContain(files, f => f.StartsWith("runtimes/", StringComparison.Ordinal) || f.EndsWith(".so", StringComparison.Ordinal)
            || f.Contains("Cecil", StringComparison.Ordinal));
        Assert.Contains(symbols.Entries, e => e.FullName == "lib/net10.0/Microsoft.ML.SimPO.pdb");

        // Its own page has no repository around it.
        using (var readme = new StreamReader(package.GetEntry("README.md")!.Open()))
            Assert.All(Link().Matches(readme.ReadToEnd()), link => Assert.StartsWith("https://", link.Groups[1].Value, StringComparison.Ordinal));

        using Stream stream = package.GetEntry("Microsoft.ML.SimPO.nuspec")!.Open();
        XElement metadata = XDocument.Load(stream).Root!.Elements().First();
        string Value(string name) => metadata.Elements().Single(e => e.Name.LocalName == name).Value;
        Assert.Equal(("MIT", "README.md", "icon.png"), (Value("license"), Value("readme"), Value("icon")));
        // The commit is known where this is a clone; an address, and with it Source Link, where the clone has an origin that the SDK knows.
        XElement? repository = metadata.Elements().SingleOrDefault(e => e.Name.LocalName == "repository");
        if (Path.Exists(Path.Combine(ChildProgram.Root, ".git"))) Assert.Matches("^[0-9a-f]{40}$", repository!.Attribute("commit")!.Value);
        string[] dependencies = [.. metadata.Descendants().Where(e => e.Name.LocalName == "dependency").Select(e => e.Attribute("id")!.Value)];
        Assert.Contains("Microsoft.ML", dependencies);
        Assert.Contains("TorchSharp", dependencies);
        // The application chooses the processor: no libtorch comes along, and nothing that only this build needs.
        Assert.DoesNotContain(
            dependencies, d => d.StartsWith("libtorch", StringComparison.OrdinalIgnoreCase) || d.StartsWith("TorchSharp-", StringComparison.OrdinalIgnoreCase)
            || d is "Mono.Cecil" or "Google.Protobuf" or "SkiaSharp" || d.Contains("CodeAnalysis", StringComparison.Ordinal));
    }
}
