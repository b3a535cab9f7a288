using System.Globalization;
using System.Text;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Gathers what is wrong with one input, so that it is said in one exception.</summary>
/// <param name="place">What the faults belong to, as it stands at the head of the message: a file or a folder.</param>
/// <param name="listed">More faults than these are counted, not listed.</param>
internal sealed class Faults(string place, int listed = Faults.ListedOfUntrusted)
{
    /// <summary>So many faults of an untrusted file are listed, which could have any number.</summary>
    public const int ListedOfUntrusted = 20;

    private const int LongestName = 120;

    private readonly List<string> _messages = [];
    private int _count;

    public bool Any => _count > 0;

    public void Add(string message)
    {
        if (_count++ < listed) _messages.Add(message);
    }

    /// <exception cref="InvalidDataException">There are faults; the message holds them, one a line when there are several.</exception>
    public void ThrowIfAny()
    {
        if (Any) throw new InvalidDataException(ToString());
    }

    public override string ToString()
    {
        if (_count == 1) return $"{place}: {_messages[0]}";
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"{place}: {_count} faults."));
        foreach (string message in _messages) text.Append('\n').Append("  ").Append(message);
        if (_count > listed) text.Append(CultureInfo.InvariantCulture, $"\n  and {_count - listed} more");
        return text.ToString();
    }

    /// <summary>A name out of an untrusted file, quoted, without control characters and at most 120 characters long.</summary>
    public static string Quote(string name)
    {
        string cut = name.Length <= LongestName ? name : string.Concat(name.AsSpan(0, LongestName), "...");
        return string.Create(cut.Length + 2, cut, static (span, text) =>
        {
            span[0] = span[^1] = '\'';
            for (int i = 0; i < text.Length; i++) span[i + 1] = char.IsControl(text[i]) ? '?' : text[i];
        });
    }

    /// <summary>Sizes as <c>[320, 48]</c>.</summary>
    public static string Describe(ReadOnlySpan<long> shape)
    {
        var text = new StringBuilder("[");
        for (int i = 0; i < shape.Length && i < 8; i++)
            text.Append(i == 0 ? "" : ", ").Append(shape[i].ToString(CultureInfo.InvariantCulture));
        if (shape.Length > 8) text.Append(", ...");
        return text.Append(']').ToString();
    }
}
