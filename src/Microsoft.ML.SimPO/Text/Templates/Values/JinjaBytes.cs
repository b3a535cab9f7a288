using System.Globalization;
using System.Text;

namespace Microsoft.ML.SimPO.Text.Templates.Values;

/// <summary>What <c>str.encode</c> gives; it can be printed.</summary>
internal sealed class JinjaBytes(byte[] bytes) : JinjaObject
{
    public override string TypeName => "bytes";

    public override bool IsTrue => bytes.Length > 0;

    public byte[] Bytes => bytes;

    public override string Represent()
    {
        char quote = bytes.Contains((byte)'\'') && !bytes.Contains((byte)'"') ? '"' : '\'';
        var text = new StringBuilder("b").Append(quote);
        foreach (byte b in bytes)
            _ = (char)b switch
            {
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\\' => text.Append("\\\\"),
                >= ' ' and < '\x7f' and char c => c == quote ? text.Append('\\').Append(c) : text.Append(c),
                _ => text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}"),
            };
        return text.Append(quote).ToString();
    }
}
