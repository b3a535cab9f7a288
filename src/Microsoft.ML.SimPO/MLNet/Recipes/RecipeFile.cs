using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Microsoft.ML.SimPO;

/// <summary>Reads YAML mappings: of bounded size and depth, without anchors, aliases and tags, which would let a small file be a large one.</summary>
internal static class RecipeFile
{
    private const int MostBytes = 1 << 20, MostDepth = 16, MostFields = 1000;

    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no YAML, no mapping, or too large.</exception>
    public static IReadOnlyList<(string Key, RecipeValue Value)> Load(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (Directory.Exists(path)) throw new FileNotFoundException($"The recipe '{path}' is a folder. Name a .yaml file.", path);
        if (!File.Exists(path)) throw new FileNotFoundException($"The recipe '{path}' does not exist.", path);
        byte[] bytes = Checkpoints.RegularFile.ReadBytes(path, MostBytes);
        return Parse(System.Text.Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF'), path);
    }

    /// <param name="source">For messages.</param>
    /// <inheritdoc cref="Load(string)" path="/exception"/>
    public static IReadOnlyList<(string Key, RecipeValue Value)> Parse(string yaml, string source)
    {
        if (yaml.Length > MostBytes) throw new InvalidDataException($"'{source}' has {yaml.Length} characters. A recipe has at most {MostBytes}.");
        try
        {
            var parser = new Parser(new StringReader(yaml));
            parser.Consume<StreamStart>();
            if (!parser.Accept<DocumentStart>(out _)) throw new InvalidDataException($"'{source}' is empty. A recipe is a mapping of settings.");
            parser.Consume<DocumentStart>();
            RecipeValue root = Read(parser, source, 0);
            parser.Consume<DocumentEnd>();
            if (!parser.Accept<StreamEnd>(out _)) throw new InvalidDataException($"'{source}' holds several documents. A recipe is one.");
            return root.Fields ?? throw new InvalidDataException($"'{source}' is no mapping of settings, but begins with '{Short(root.Text)}'.");
        }
        catch (YamlException e)
        {
            long line = Math.Min(e.Start.Line, yaml.AsSpan().Count('\n') + 1);
            throw new InvalidDataException(FormattableString.Invariant($"'{source}', line {line}: no YAML: {e.Message}"), e);
        }
    }

    private static RecipeValue Read(IParser parser, string source, int depth)
    {
        ParsingEvent at = parser.Current!;
        int line = (int)at.Start.Line;
        if (depth > MostDepth) throw Fault("is nested deeper than a recipe is");
        if (at is NodeEvent { Anchor.IsEmpty: false } or AnchorAlias) throw Fault("has an anchor or an alias, which recipes do not have: write the value out");
        if (parser.TryConsume<Scalar>(out Scalar? scalar)) return RecipeValue.Scalar(scalar.Value, line, scalar.Style is not ScalarStyle.Plain);
        if (parser.TryConsume<SequenceStart>(out _))
        {
            List<RecipeValue> items = [];
            while (!parser.TryConsume<SequenceEnd>(out _)) items.Add(Read(parser, source, depth + 1));
            return RecipeValue.List(items, line);
        }
        parser.Consume<MappingStart>();
        List<(string Key, RecipeValue Value)> fields = [];
        HashSet<string> keys = new(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            RecipeValue key = Read(parser, source, depth + 1);
            if (!key.IsScalar) throw new InvalidDataException($"'{source}', line {key.Line}: a key must be a word, but is '{Short(key.Text)}'.");
            if (!keys.Add(key.Text)) throw new InvalidDataException($"'{source}', line {key.Line}: '{Short(key.Text)}' stands there twice. Keep one.");
            if (keys.Count > MostFields) throw Fault(FormattableString.Invariant($"holds more than {MostFields} settings, which no recipe has"));
            fields.Add((key.Text, Read(parser, source, depth + 1)));
        }
        return RecipeValue.Map(fields, line);

        InvalidDataException Fault(string what) => new($"'{source}', line {line}: {what}.");
    }

    private static string Short(string text) => text.Length <= 60 ? text : text[..60] + "...";
}
