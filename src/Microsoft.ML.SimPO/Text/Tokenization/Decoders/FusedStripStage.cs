using System.Text;

namespace Microsoft.ML.SimPO.Text.Tokenization.Decoders;

/// <summary>A <see cref="StripStage"/> after a <see cref="FuseStage"/>: the start is stripped once, of the whole text, which still comes in parts.</summary>
internal sealed class FusedStripStage(Rune content, int start, DecoderStage next) : DecoderStage(next)
{
    private readonly string _content = content.ToString();
    private int _left = start;

    public override void Push(string token)
    {
        ReadOnlySpan<char> rest = token;
        while (_left > 0 && !rest.IsEmpty)
        {
            bool strips = rest.StartsWith(_content, StringComparison.Ordinal);
            if (strips) rest = rest[_content.Length..];
            _left = strips ? _left - 1 : 0;
        }
        if (!rest.IsEmpty) Pass(rest.Length == token.Length ? token : rest.ToString());
    }
}
