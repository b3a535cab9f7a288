using System.Text;

namespace Microsoft.ML.SimPO.Text.Tokenization.Decoders;

/// <summary>Takes up to so many of a character off the start and the end of each token.</summary>
internal sealed class StripStage(Rune content, int start, int stop, DecoderStage next) : DecoderStage(next)
{
    private readonly string _content = content.ToString();

    public override void Push(string token)
    {
        ReadOnlySpan<char> rest = token;
        for (int i = 0; i < start && rest.StartsWith(_content, StringComparison.Ordinal); i++) rest = rest[_content.Length..];
        for (int i = 0; i < stop && rest.EndsWith(_content, StringComparison.Ordinal); i++) rest = rest[..^_content.Length];
        Pass(rest.Length == token.Length ? token : rest.ToString());
    }
}
