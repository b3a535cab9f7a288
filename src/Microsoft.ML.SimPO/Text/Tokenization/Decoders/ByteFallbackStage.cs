using System.Globalization;
using System.Text;

namespace Microsoft.ML.SimPO.Text.Tokenization.Decoders;

/// <summary>
/// Reads tokens such as "&lt;0xC3&gt;" as bytes. A run of them that is not UTF-8 becomes a U+FFFD for each byte, so a run is kept back until it ends.
/// </summary>
internal sealed class ByteFallbackStage(DecoderStage next) : DecoderStage(next)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly List<byte> _run = [];

    public override void Push(string token)
    {
        if (ByteOf(token) is byte value)
        {
            _run.Add(value);
            return;
        }
        EndRun();
        Pass(token);
    }

    public override void Finish()
    {
        EndRun();
        base.Finish();
    }

    private static byte? ByteOf(string token)
    {
        if (token.Length != 6 || !token.StartsWith("<0x", StringComparison.Ordinal) || token[5] != '>') return null;
        ReadOnlySpan<char> digits = token.AsSpan(3, 2);
        if (digits[0] == '+') digits = digits[1..];
        return byte.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value) ? value : null;
    }

    private void EndRun()
    {
        if (_run.Count == 0) return;
        try
        {
            Pass(Strict.GetString([.. _run]));
        }
        catch (DecoderFallbackException)
        {
            for (int i = 0; i < _run.Count; i++) Pass("\uFFFD");
        }
        _run.Clear();
    }
}
