using System.Globalization;
using System.Text.Json;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>
/// Typed access to a JSON object such as <c>config.json</c>. A field that is <c>null</c> counts as absent, but for whoever asks <see cref="IsNull"/>.
/// </summary>
/// <remarks>Every error names the file, the field, what is expected and what was found, as <see cref="InvalidDataException"/>.</remarks>
internal sealed class ModelConfig
{
    public const string FileName = "config.json";

    /// <summary>The largest file of configuration that is read, in bytes: some times the longest list of modules that are not quantised.</summary>
    public const long MaxLength = 16 << 20;

    private const int LongestShown = 60;

    /// <summary>By name, the last of a name that stands there twice: looking one up in the element would go through all others each time.</summary>
    private readonly Dictionary<string, JsonElement> _fields = new(StringComparer.Ordinal);
    private readonly string _prefix;

    private ModelConfig(string path, string prefix, JsonElement element)
    {
        (Path, _prefix) = (path, prefix);
        foreach (JsonProperty field in element.EnumerateObject()) _fields[field.Name] = field.Value;
    }

    /// <summary>The full path of the file.</summary>
    public string Path { get; }

    /// <summary>The names of all fields that are not <c>null</c>, in the order of the file, each once.</summary>
    public IEnumerable<string> FieldNames =>
        _fields.Where(p => p.Value.ValueKind != JsonValueKind.Null).Select(p => p.Key);

    /// <summary>Reads <c>config.json</c> of a model folder.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="FileNotFoundException">It holds no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not a JSON object.</exception>
    public static ModelConfig Load(string folder)
    {
        folder = System.IO.Path.GetFullPath(folder);
        if (!Directory.Exists(folder)) throw ModelFiles.NoFolder(folder);
        return Load(ModelFiles.Read(folder, [FileName]));
    }

    /// <inheritdoc cref="Load(string)"/>
    public static ModelConfig Load(ModelFiles files) => Parse(files.Get(FileName), files.PathOf(FileName));

    /// <summary>Reads any JSON file that holds one object.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is not a JSON object.</exception>
    public static ModelConfig LoadFile(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        return Parse(RegularFile.ReadBytes(path, MaxLength), path);
    }

    /// <summary>Reads the content of such a file that comes from elsewhere.</summary>
    /// <param name="json">The content.</param>
    /// <param name="path">Where it comes from, for messages.</param>
    /// <exception cref="InvalidDataException">It is not a JSON object.</exception>
    public static ModelConfig Parse(byte[] json, string path)
    {
        using JsonDocument document = JsonFile.Parse(json, path);
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? new ModelConfig(path, "", document.RootElement.Clone())
            : throw new InvalidDataException($"'{path}': a JSON object is expected, found {Describe(document.RootElement)}.");
    }

    /// <summary>Whether a field is there and not <c>null</c>.</summary>
    public bool Has(string field) => Find(field) is not null;

    /// <summary>Whether a field is there and <c>null</c>: for some that means something else than to be absent.</summary>
    public bool IsNull(string field) => _fields.TryGetValue(field, out JsonElement value) && value.ValueKind == JsonValueKind.Null;

    /// <summary>The field as it stands, or <c>null</c>.</summary>
    public JsonElement? Find(string field) =>
        _fields.TryGetValue(field, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public int GetInt32(string field) => GetInt32OrNull(field) ?? throw Missing(field, "a whole number");

    public int GetInt32(string field, int fallback) => GetInt32OrNull(field) ?? fallback;

    public int? GetInt32OrNull(string field) => Find(field) is { } value ? ToInt32(field, value) : null;

    public double GetDouble(string field) => GetDoubleOrNull(field) ?? throw Missing(field, "a number");

    public double GetDouble(string field, double fallback) => GetDoubleOrNull(field) ?? fallback;

    /// <summary>A number greater than 0; the fallback is not looked at.</summary>
    public double GetPositive(string field, double fallback) =>
        GetDoubleOrNull(field) is not { } value ? fallback : value > 0 ? value : throw Wrong(field, "greater than 0");

    public double? GetDoubleOrNull(string field) => Find(field) is { } value ? ToDouble(field, value) : null;

    public bool GetBool(string field) => GetBoolOrNull(field) ?? throw Missing(field, "true or false");

    public bool GetBool(string field, bool fallback) => GetBoolOrNull(field) ?? fallback;

    public bool? GetBoolOrNull(string field) => Find(field) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw Wrong(field, "true or false", value),
    };

    public string GetString(string field) => GetStringOrNull(field) ?? throw Missing(field, "a text");

    /// <summary>The type that the weights are stored in, by whichever of the two names the field has; null where nothing is said.</summary>
    public string? StoredType => GetStringOrNull("torch_dtype") ?? GetStringOrNull("dtype");

    public string? GetStringOrNull(string field) => Find(field) is { } value ? ToText(field, value) : null;

    /// <summary>A nested object, as <c>rope_scaling</c>.</summary>
    public ModelConfig Get(string field) => GetOrNull(field) ?? throw Missing(field, "an object");

    /// <summary>A nested object with fields set beside its own, or in their place.</summary>
    public ModelConfig GetWith(string field, IEnumerable<(string Name, JsonElement Value)> fields)
    {
        ModelConfig nested = Get(field);
        foreach ((string name, JsonElement value) in fields) nested._fields[name] = value;
        return nested;
    }

    public ModelConfig? GetOrNull(string field) => Find(field) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new ModelConfig(Path, $"{_prefix}{field}.", value),
        { } value => throw Wrong(field, "an object", value),
    };

    /// <summary>A list of whole numbers; a number alone is a list of one, an absent field an empty one.</summary>
    public IReadOnlyList<int> GetInt32List(string field) => GetList(field, "a whole number or a list of them", ToInt32);

    /// <summary>A list of numbers; a number alone is a list of one, an absent field an empty one.</summary>
    public IReadOnlyList<double> GetDoubleList(string field) => GetList(field, "a number or a list of them", ToDouble);

    /// <summary>A list of texts; a text alone is a list of one, an absent field an empty one.</summary>
    public IReadOnlyList<string> GetStringList(string field) => GetList(field, "a text or a list of them", ToText);

    /// <summary>For numbers without which nothing is computed: null is not absent, and transformers cannot use it either.</summary>
    /// <exception cref="InvalidDataException">One of the fields is null.</exception>
    public void RequireNotNull(params IEnumerable<string> fields)
    {
        foreach (string field in fields)
            if (IsNull(field)) throw new InvalidDataException($"'{Path}': {NullFault($"{_prefix}{field}")}");
    }

    /// <summary>What is said of a field that must not be null.</summary>
    public static string NullFault(string field, bool isText = false)
    {
        string kind = isText ? "text" : "number";
        return $"field '{field}' must be a {kind}, but is null. Write the {kind}, or remove the field to have the class's default.";
    }

    /// <summary>The error for a field whose value has the right type but cannot be used.</summary>
    /// <param name="field">Its name.</param>
    /// <param name="expected">What it should be, as it follows "must be".</param>
    public InvalidDataException Wrong(string field, string expected) =>
        Find(field) is { } value ? Wrong(field, expected, value) : Missing(field, expected);

    private List<T> GetList<T>(string field, string expected, Func<string, JsonElement, T> convert) => Find(field) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } list =>
            [.. list.EnumerateArray().Select((item, i) => convert(string.Create(CultureInfo.InvariantCulture, $"{field}[{i}]"), item))],
        { ValueKind: JsonValueKind.Object } value => throw Wrong(field, expected, value),
        { } value => [convert(field, value)],
    };

    private int ToInt32(string field, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number)
        {
            if (value.TryGetInt32(out int number)) return number;
            // 4096.0 is what some exporters write.
            if (value.TryGetDouble(out double real) && real == Math.Truncate(real) && Math.Abs(real) <= int.MaxValue) return (int)real;
        }
        throw Wrong(field, "a whole number of 32 bits", value);
    }

    private double ToDouble(string field, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out double number) || !double.IsFinite(number))
            throw Wrong(field, "a finite number", value);
        return SingleRange.Holds(number) ? number : throw Wrong(field, SingleRange.Name, value);
    }

    private string ToText(string field, JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(field, "a text", value);

    private InvalidDataException Missing(string field, string expected) =>
        new($"'{Path}': field '{_prefix}{field}' is missing; {expected} is expected.");

    private InvalidDataException Wrong(string field, string expected, JsonElement value) =>
        new($"'{Path}': field '{_prefix}{field}' must be {expected}, but is {Describe(value)}.");

    /// <summary>A value as it stands in the file, cut where it is long, for messages.</summary>
    public static string Describe(JsonElement value)
    {
        string text = value.GetRawText();
        string cut = text.Length <= LongestShown ? text : string.Concat(text.AsSpan(0, LongestShown), "...");
        return string.Concat(cut.Select(c => char.IsControl(c) ? ' ' : c));
    }
}
