namespace Microsoft.ML.SimPO.Generation;

/// <summary>Lets a text through piece by piece until one of the stop strings appears. What may be the beginning of one is held back. For one text.</summary>
internal sealed class StopStringScanner(IReadOnlyList<string> stops)
{
    private string _held = "";

    /// <summary>A stop string appeared; nothing more comes through.</summary>
    public bool Found { get; private set; }

    /// <returns>What is certainly before any stop string.</returns>
    public string Pass(string piece)
    {
        if (Found || piece.Length == 0) return "";
        string text = _held + piece;
        int[] places = [.. stops.Select(s => text.IndexOf(s, StringComparison.Ordinal)).Where(i => i >= 0)];
        Found = places.Length > 0;
        int end = Found ? places.Min() : text.Length - Beginning(text);
        _held = Found ? "" : text[end..];
        return text[..end];
    }

    /// <summary>The end of the text: what was held back began no stop string.</summary>
    public string Rest()
    {
        (string rest, _held) = (_held, "");
        return rest;
    }

    /// <summary>The length of the longest end of the text that begins a stop string.</summary>
    private int Beginning(string text)
    {
        int longest = 0;
        foreach (string stop in stops)
            for (int length = Math.Min(stop.Length - 1, text.Length); length > longest; length--)
                if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length))) longest = length;
        return longest;
    }
}
