using System.Text;
using Microsoft.ML.SimPO.Text.Tokenization.Unicode;

namespace Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;

/// <summary>Splits where the script changes; what belongs to any script goes on with the one before it.</summary>
internal sealed class ScriptSplit() : SplitStep(SplitBehavior.Removed, invert: true)
{
    private const int Any = 0;

    private static readonly Lazy<(int First, int Last, int Script)[]> Scripts = new(() =>
        [.. UnicodeTables.Ranges("parting").SelectMany(script =>
            script.Ranges.Select(r => (r.First, r.Last, int.Parse(script.Name, System.Globalization.CultureInfo.InvariantCulture)))).OrderBy(r => r.First)]);

    protected override void Find(ReadOnlySpan<char> piece, PieceList found)
    {
        // As in Hugging Face tokenizers the first character starts a piece only if it is of a script: what is of any before it goes.
        int last = -1, start = -1;
        for (int at = 0; at < piece.Length;)
        {
            Rune.DecodeFromUtf16(piece[at..], out Rune rune, out int length);
            int script = ScriptOf(rune.Value);
            if (script != Any && last != script)
            {
                if (start >= 0) found.Add(start, at);
                start = at;
            }
            if (script != Any) last = script;
            at += length;
        }
        if (start >= 0) found.Add(start, piece.Length);
    }

    private static int ScriptOf(int codePoint)
    {
        (int First, int Last, int Script)[] scripts = Scripts.Value;
        int low = 0, high = scripts.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (scripts[middle].First <= codePoint) low = middle;
            else high = middle - 1;
        }
        return codePoint <= scripts[low].Last ? scripts[low].Script : Any;
    }
}
