using System.Text;
using Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;

namespace Microsoft.ML.SimPO.Text.Tokenization.Decoders;

/// <summary>Writes Metaspace's replacements as spaces again; those of the first token were put there and go.</summary>
internal sealed class MetaspaceStage(Rune replacement, PrependScheme scheme, DecoderStage next) : DecoderStage(next)
{
    private readonly string _replacement = replacement.ToString();
    private bool _isFirst = true;

    public override void Push(string token)
    {
        Pass(token.Replace(_replacement, _isFirst && scheme != PrependScheme.Never ? "" : " ", StringComparison.Ordinal));
        _isFirst = false;
    }
}
