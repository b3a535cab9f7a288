namespace Microsoft.ML.SimPO.Text.Templates.Values;

/// <summary>The texts of a sum so far. Templates print sums of many terms, of which one is long: joining them two by two would copy it as often.</summary>
internal sealed class JinjaTextSum
{
    private readonly List<string> _texts = [];
    private long _length;

    public IReadOnlyList<string> Texts => _texts;

    public void Add(string text, JinjaBudget budget)
    {
        _length += text.Length;
        if (_texts.Count > 0) budget.SpendText(_length);
        _texts.Add(text);
    }

    public string Join() => string.Concat(_texts);
}
