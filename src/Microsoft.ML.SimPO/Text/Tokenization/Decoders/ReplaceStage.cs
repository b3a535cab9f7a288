using System.Text;
using Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;

namespace Microsoft.ML.SimPO.Text.Tokenization.Decoders;

/// <summary>Writes one text for every occurrence of a pattern in a token.</summary>
internal sealed class ReplaceStage(TextPattern pattern, string content, DecoderStage next) : DecoderStage(next)
{
    private const int MaxLength = 1_000_000;

    private readonly PieceList _matches = new();
    private long _given, _made;

    public override void Push(string token)
    {
        _matches.Clear();
        pattern.FindMatches(token, _matches);
        _given += token.Length;
        long left = Math.Max(MaxLength, _given) - _made; // of a whole text: what a token may be made of, a thousand of them may not
        if (_matches.Count == 0)
        {
            _made += token.Length;
            Pass(token);
            return;
        }
        var replaced = new StringBuilder();
        int done = 0;
        foreach ((int start, int end) in _matches.Items)
        {
            replaced.Append(token, done, start - done).Append(content);
            done = end;
            if (replaced.Length > left) break;
        }
        replaced.Append(token, done, token.Length - done);
        if (replaced.Length > left)
            throw new InvalidDataException($"This tokenizer makes more than {MaxLength} characters of shorter tokens by decoding them.");
        _made += replaced.Length;
        Pass(replaced.ToString());
    }
}
