namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>Tokenizes prompt and answer as one text, so that the tokens are those of the whole, and finds the border between them.</summary>
internal sealed class SideTokenizer
{
    private readonly HfTokenizer _tokenizer;
    private readonly ControlTokens _control;
    private readonly int[] _before;
    private readonly int? _bos;
    private readonly int? _eos;

    /// <param name="tokenizer">The tokenizer.</param>
    /// <param name="control">Reads texts in which control tokens are marked to be letters.</param>
    /// <param name="bos">The BOS token, if the model has one.</param>
    /// <param name="eos">The EOS token, if the model has one.</param>
    public SideTokenizer(HfTokenizer tokenizer, ControlTokens control, int? bos, int? eos)
    {
        (_tokenizer, _control, _bos, _eos) = (tokenizer, control, bos, eos);
        int[] plain = tokenizer.Encode("a", addSpecialTokens: false), special = tokenizer.Encode("a", addSpecialTokens: true);
        int at = special.AsSpan().IndexOf(plain);
        _before = at > 0 ? special[..at] : [];
    }

    /// <summary>The ids of a prompt alone.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="addsSpecial">Whether the tokens that the tokenizer puts first belong before it; never where a template wrote it, which has its own or
    /// wants none.</param>
    public int[] Prompt(string text, bool addsSpecial)
    {
        int[] ids = _control.Encode(text);
        return !addsSpecial || StartsItself(ids) ? ids : [.. _before, .. ids];
    }

    /// <summary>The ids of a text as a whole, with what the tokenizer puts first and the end token once.</summary>
    /// <param name="most">The most ids; those at the end are cut.</param>
    public (int[] Ids, bool IsCut) Text(string text, int endToken, int most)
    {
        int[] ids = Prompt(text, addsSpecial: true);
        if (ids.Length == 0 || ids[^1] != endToken || ids.Length == 1) ids = [.. ids, endToken];
        return ids.Length > most ? (ids[..most], true) : (ids, false);
    }

    /// <summary>Both sides of a pair.</summary>
    public (EncodedSide Chosen, EncodedSide Rejected) Pair(PairTexts texts)
    {
        int[] ids = _control.Encode(texts.Prompt);
        // Most of a prompt stands before the mark of its last turn, where its ids do not depend on the answer.
        string open = ControlTokens.IsMarked(texts.Prompt) ? texts.Prompt : texts.Prompt[_tokenizer.LastCut(texts.Prompt)..];
        int settled = open.Length == texts.Prompt.Length ? 0 : ids.Length - _tokenizer.Encode(open, addSpecialTokens: false).Length;
        var prompt = new PromptIds(texts.Prompt, ids, settled, open, texts.AddsSpecial ? _before : []);
        EncodedSide chosen = Side(prompt, texts.Chosen, texts.NeedsEos);
        return (chosen, texts.Rejected == texts.Chosen ? chosen : Side(prompt, texts.Rejected, texts.NeedsEos));
    }

    private EncodedSide Side(PromptIds prompt, string answer, bool needsEos)
    {
        int[] whole = [.. prompt.Ids.AsSpan(0, prompt.Settled), .. _control.Encode(prompt.Open + answer)];
        bool keepsPrompt = whole.AsSpan().StartsWith(prompt.Ids);
        int border = keepsPrompt ? prompt.Ids.Length : Border(prompt.Text + answer, prompt.Text.Length);
        bool startsItself = StartsItself(whole);
        int[] before = startsItself ? [] : prompt.Before;
        bool appendsEos = needsEos && (border == whole.Length || whole[^1] != _eos);
        int[] ids = appendsEos ? [.. before, .. whole, _eos!.Value] : [.. before, .. whole];
        // The first token of a sequence has nothing before it that could predict it.
        return new EncodedSide(ids, Math.Max(1, before.Length + border), startsItself ? (_bos == whole[0] ? 1 : 0) : before.Length, !keepsPrompt);
    }

    /// <summary>The tokens that end at or before the border are the prompt's; one that spans it is the answer's.</summary>
    private int Border(string text, int promptLength)
    {
        (_, (int Start, int End)[] offsets) = _control.EncodeWithPlaces(text);
        int border = 0;
        while (border < offsets.Length && offsets[border].End <= promptLength) border++;
        return border;
    }

    /// <summary>A text that a template began with BOS gets no second one.</summary>
    private bool StartsItself(int[] ids) => ids.Length > 0 && (ids[0] == _bos || (_before.Length > 0 && ids[0] == _before[0]));

    /// <summary>A prompt in ids.</summary>
    /// <param name="Settled">How many of them stay, whatever the answer is.</param>
    /// <param name="Open">The text of the others.</param>
    /// <param name="Before">The tokens that the tokenizer puts before it.</param>
    private readonly record struct PromptIds(string Text, int[] Ids, int Settled, string Open, int[] Before);
}
