using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Microsoft.ML.SimPO.Text.Tokenization.Files;

/// <summary>A value of a JSON file that knows its place, so that every complaint names it.</summary>
internal readonly struct JsonSection(JsonElement element, string file, string parent = "", string? name = null, int index = -1)
{
    private const int LongestFault = 1000, LongestShown = 60;

    /// <summary>In bytes; twenty times the longest of published files, a character map.</summary>
    private const int LongestText = 8 << 20;

    /// <summary>Where this is, as "a.b[2]"; empty at the top level. Built only when asked for.</summary>
    private string Path =>
        index >= 0 ? string.Create(CultureInfo.InvariantCulture, $"{parent}[{index}]") : parent.Length == 0 ? name ?? "" : $"{parent}.{name}";

    public JsonValueKind Kind => element.ValueKind;

    public bool IsObject => element.ValueKind == JsonValueKind.Object;

    public bool IsArray => element.ValueKind == JsonValueKind.Array;

    /// <summary>The member of that name; null where it is missing or null.</summary>
    /// <exception cref="InvalidDataException">This is not an object.</exception>
    public JsonSection? Optional(string member)
    {
        if (!IsObject) throw Fault($"expected an object, found {Describe()}");
        if (!element.TryGetProperty(member, out JsonElement value) || value.ValueKind == JsonValueKind.Null) return null;
        return new JsonSection(value, file, Path, member);
    }

    /// <summary>Whether there is a member of that name, be it null.</summary>
    public bool Has(string member) => IsObject && element.TryGetProperty(member, out _);

    public JsonSection Required(string member) => Optional(member) ?? throw Fault($"expected a member '{member}', found none");

    public string Text()
    {
        if (element.ValueKind != JsonValueKind.String) throw Fault($"expected a string, found {Describe()}");
        if (JsonMarshal.GetRawUtf8Value(element) is { Length: > LongestText } raw) throw TooLong(raw.Length);
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Fault("expected well-formed text, found a surrogate without its partner");
        }
    }

    /// <summary>A text of one code point.</summary>
    public Rune Character()
    {
        string text = Text();
        if (text.Length > 0 && Rune.TryGetRuneAt(text, 0, out Rune rune) && rune.Utf16SequenceLength == text.Length) return rune;
        throw Fault($"expected one character, found \"{text}\"");
    }

    public string? TextOrNull(string member) => Optional(member)?.Text();

    public bool Flag(string member, bool otherwise) => Optional(member)?.Flag() ?? otherwise;

    public bool Flag() => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Fault($"expected true or false, found {Describe()}"),
    };

    /// <summary>A whole number in a range.</summary>
    public int Integer(int min = 0, int max = int.MaxValue)
    {
        if (element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out long value) && value >= min && value <= max) return (int)value;
        throw Fault($"expected a whole number from {min} to {max}, found {Describe()}");
    }

    public double Number()
    {
        if (element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out double value) && double.IsFinite(value)) return value;
        throw Fault($"expected a finite number, found {Describe()}");
    }

    /// <summary>How many members there are; 0 where this is no object.</summary>
    public int MemberCount => IsObject ? element.GetPropertyCount() : 0;

    public IEnumerable<JsonSection> Items()
    {
        if (!IsArray) throw Fault($"expected an array, found {Describe()}");
        return Enumerate(element, file, Path);

        static IEnumerable<JsonSection> Enumerate(JsonElement element, string file, string path)
        {
            int index = 0;
            foreach (JsonElement item in element.EnumerateArray()) yield return new JsonSection(item, file, path, null, index++);
        }
    }

    public IEnumerable<(string Name, JsonSection Value)> Members()
    {
        if (!IsObject) throw Fault($"expected an object, found {Describe()}");
        return Enumerate(element, file, Path);

        static IEnumerable<(string, JsonSection)> Enumerate(JsonElement element, string file, string path)
        {
            foreach (JsonProperty member in element.EnumerateObject())
            {
                string name = NameOf(member, file, path);
                yield return (name, new JsonSection(member.Value, file, path, name));
            }
        }
    }

    /// <summary>The exact text of the value.</summary>
    public string Raw() => element.GetRawText();

    public InvalidDataException Fault(string what) => new($"{file}: {Place}{Shown(what)}.");

    public NotSupportedException Unsupported(string what) => new($"{file}: {Place}{Shown(what)} is not supported.");

    /// <summary>For what a part of the reader refuses in a sentence of its own.</summary>
    public NotSupportedException Unsupported(string sentence, Exception inner) => new($"{file}: {Place}{sentence}", inner);

    private string Place => Path.Length == 0 ? "" : $"'{Shown(Path)}': ";

    private static string Shown(string text) => text.Length <= LongestFault ? text : $"{text[..LongestFault]}...";

    private InvalidDataException TooLong(int length) => Fault($"expected a text of at most {LongestText} bytes, found one of {length}");

    private static string NameOf(JsonProperty member, string file, string path)
    {
        if (JsonMarshal.GetRawUtf8PropertyName(member).Length is > LongestText and var length)
            throw new InvalidDataException($"{file}: '{path}': expected names of at most {LongestText} bytes, found one of {length}.");
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            throw new InvalidDataException($"{file}: '{path}': expected well-formed names, found a surrogate without its partner.");
        }
    }

    private string Describe()
    {
        if (element.ValueKind is JsonValueKind.Object or JsonValueKind.Array) return element.ValueKind == JsonValueKind.Object ? "an object" : "an array";
        if (element.ValueKind is JsonValueKind.Undefined) return "nothing";
        // A character of UTF-16 has at most three bytes: what is shown is whole.
        ReadOnlySpan<byte> bytes = JsonMarshal.GetRawUtf8Value(element);
        string raw = Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, 4 * LongestShown)]);
        return raw.Length <= LongestShown ? raw : raw[..LongestShown] + "...";
    }
}
