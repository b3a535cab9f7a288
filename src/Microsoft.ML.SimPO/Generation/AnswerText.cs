using System.Text;

namespace Microsoft.ML.SimPO.Generation;

/// <summary>The text of one answer as its tokens come: whole characters, without special tokens, up to the first stop string.</summary>
/// <param name="endTokens">Tokens that end an answer; they are no part of the text.</param>
/// <param name="onText">Told every piece of text as it becomes certain; null for nobody.</param>
internal sealed class AnswerText(HfTokenizer tokenizer, IReadOnlyCollection<int> endTokens, IReadOnlyList<string> stopStrings, Action<string>? onText)
{
    private readonly HfIncrementalDecoder _decoder = tokenizer.CreateIncrementalDecoder(skipSpecialTokens: true);
    private readonly StopStringScanner _scanner = new(stopStrings);
    private readonly StringBuilder _text = new();

    /// <returns>Whether the answer goes on: no stop string appeared.</returns>
    public bool Append(int token)
    {
        if (endTokens.Contains(token)) return true;
        Write(_scanner.Pass(_decoder.Append(token)));
        return !_scanner.Found;
    }

    /// <summary>The end of the answer.</summary>
    /// <returns>Its whole text.</returns>
    public string Finish()
    {
        if (!_scanner.Found)
        {
            Write(_scanner.Pass(_decoder.Flush()));
            Write(_scanner.Rest());
        }
        return _text.ToString();
    }

    private void Write(string text)
    {
        if (text.Length == 0) return;
        _text.Append(text);
        onText?.Invoke(text);
    }
}
