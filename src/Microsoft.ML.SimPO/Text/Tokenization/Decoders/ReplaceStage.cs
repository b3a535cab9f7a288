using System.Text;
using Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;

namespace Microsoft.ML.SimPO.Text.Tokenization.Decoders;

/// <summary>Writes one text for every occurrence of a pattern in a token.</summary>
internal sealed class ReplaceStage(TextPattern pattern, string content, DecoderStage next) : DecoderStage(next)
{
    private const int MaxLength = 1_000_000;

    private readonly PieceList _matches = new();

    public override void Push(string token)
    {
        _matches.Clear();
        pattern.FindMatches(token, _matches);
        if (_matches.Count == 0)
        {
            Pass(token);
            return;
        }
        var replaced = new StringBuilder();
        int done = 0;
        foreach ((int start, int end) in _matches.Items)
        {
            replaced.Append(token, done, start - done).Append(content);
            done = end;
            if (replaced.Length > Math.Max(MaxLength, token.Length)) break;
        }
        replaced.Append(token, done, token.Length - done);
        if (replaced.Length > Math.Max(MaxLength, token.Length))
            throw new InvalidDataException($"This tokenizer makes more than {MaxLength} characters of a token by decoding it.");
        Pass(replaced.ToString());
    }
}
