using System.Text;

namespace Microsoft.ML.SimPO.Text.Tokenization.Decoders;

/// <summary>Makes one token of all: what follows sees the whole text at once.</summary>
internal sealed class FuseStage(DecoderStage next) : DecoderStage(next)
{
    private readonly StringBuilder _all = new();

    public override void Push(string token) => _all.Append(token);

    public override void Finish()
    {
        Pass(_all.ToString());
        base.Finish();
    }
}
