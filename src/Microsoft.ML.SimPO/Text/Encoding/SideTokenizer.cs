namespace Microsoft.ML.SimPO.Text;

/// <summary>Tokenizes prompt and answer as one text, so that the tokens are those of the whole, and finds the border between them.</summary>
internal sealed class SideTokenizer
{
    private readonly HfTokenizer _tokenizer;
    private readonly int[] _before;
    private readonly int? _bos;
    private readonly int? _eos;

    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="bos">The BOS token, if the model has one.</param>
    /// <param name="eos">The EOS token, if the model has one.</param>
    public SideTokenizer(HfTokenizer tokenizer, int? bos, int? eos)
    {
        (_tokenizer, _bos, _eos) = (tokenizer, bos, eos);
        int[] plain = tokenizer.Encode("a", addSpecialTokens: false), special = tokenizer.Encode("a", addSpecialTokens: true);
        int at = special.AsSpan().IndexOf(plain);
        _before = at > 0 ? special[..at] : [];
    }

    /// <summary>The ids of a prompt alone, with the tokens that come first.</summary>
    public int[] Prompt(string text)
    {
        int[] ids = _tokenizer.Encode(text, addSpecialTokens: false);
        return StartsItself(ids) ? ids : [.. _before, .. ids];
    }

    /// <summary>The tokens that end at or before the border are the prompt's; one that spans it is the answer's.</summary>
    public EncodedSide Side(string prompt, string answer, bool needsEos)
    {
        HfEncoding encoding = _tokenizer.EncodeWithOffsets(prompt + answer, addSpecialTokens: false);
        int border = 0;
        while (border < encoding.Ids.Count && encoding.Offsets[border].End <= prompt.Length) border++;
        bool isMerged = border < encoding.Ids.Count && encoding.Offsets[border].Start < prompt.Length;
        bool startsItself = StartsItself(encoding.Ids);
        int[] before = startsItself ? [] : _before;
        bool appendsEos = needsEos && (border == encoding.Ids.Count || encoding.Ids[^1] != _eos);
        int[] ids = appendsEos ? [.. before, .. encoding.Ids, _eos!.Value] : [.. before, .. encoding.Ids];
        // The first token of a sequence has nothing before it that could predict it.
        return new EncodedSide(ids, Math.Max(1, before.Length + border), startsItself ? (_bos == encoding.Ids[0] ? 1 : 0) : before.Length, isMerged);
    }

    /// <summary>A text that a template began with BOS gets no second one.</summary>
    private bool StartsItself(IReadOnlyList<int> ids) => ids.Count > 0 && (ids[0] == _bos || (_before.Length > 0 && ids[0] == _before[0]));
}
