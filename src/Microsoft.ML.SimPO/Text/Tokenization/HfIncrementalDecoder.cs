using System.Text;
using Microsoft.ML.SimPO.Text.Tokenization.Decoders;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Decodes a text token by token. All that <see cref="Append"/> returns, then <see cref="Flush"/>, is what
/// <see cref="HfTokenizer.Decode(ReadOnlySpan{int}, bool)"/> makes of the same ids; a character that is not complete is kept back. For one text and one thread.
/// </summary>
public sealed class HfIncrementalDecoder
{
    private readonly HfTokenizer _tokenizer;
    private readonly bool _skipSpecialTokens;
    private readonly StringBuilder _output = new();
    private DecoderStage _stages;

    internal HfIncrementalDecoder(HfTokenizer tokenizer, bool skipSpecialTokens)
    {
        (_tokenizer, _skipSpecialTokens) = (tokenizer, skipSpecialTokens);
        _stages = tokenizer.Decoder.Start(_output);
    }

    /// <summary>Takes the next token.</summary>
    /// <returns>The text that became complete; often empty.</returns>
    public string Append(int id)
    {
        if (_tokenizer.DecodableText(id, _skipSpecialTokens) is string token) _stages.Push(token);
        return TakeOutput();
    }

    /// <summary>Ends the text. The decoder can then be used for another.</summary>
    /// <returns>What was kept back; bytes that are no character are U+FFFD.</returns>
    public string Flush()
    {
        _stages.Finish();
        string rest = TakeOutput();
        _stages = _tokenizer.Decoder.Start(_output);
        return rest;
    }

    private string TakeOutput()
    {
        if (_output.Length == 0) return "";
        string text = _output.ToString();
        _output.Clear();
        return text;
    }
}
