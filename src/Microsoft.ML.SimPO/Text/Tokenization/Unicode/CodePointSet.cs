using System.Runtime.CompilerServices;

namespace Microsoft.ML.SimPO.Text.Tokenization.Unicode;

/// <summary>A set of code points that answers in constant time: blocks of 256 bits, equal blocks stored once.</summary>
internal sealed class CodePointSet
{
    private readonly ulong _ascii0, _ascii1;
    private readonly ushort[] _blockOf = new ushort[0x1100];
    private readonly ulong[] _bits;

    /// <param name="ranges">Inclusive ranges in any order.</param>
    public CodePointSet(IEnumerable<(int First, int Last)> ranges)
    {
        Ranges = CodePointRanges.Normalize(ranges);
        var blocks = new Dictionary<(ulong, ulong, ulong, ulong), ushort>();
        var bits = new List<ulong>();
        Span<ulong> block = stackalloc ulong[4];
        int r = 0;
        for (int b = 0; b < _blockOf.Length; b++)
        {
            FillBlock(block, b << 8, ref r);
            var key = (block[0], block[1], block[2], block[3]);
            if (!blocks.TryGetValue(key, out ushort index))
            {
                blocks[key] = index = (ushort)(bits.Count / 4);
                bits.AddRange(block);
            }
            _blockOf[b] = index;
        }
        _bits = [.. bits];
        (_ascii0, _ascii1) = (_bits[_blockOf[0] * 4], _bits[_blockOf[0] * 4 + 1]);
    }

    /// <summary>Sorted, disjoint, inclusive.</summary>
    public List<(int First, int Last)> Ranges { get; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(int codePoint)
    {
        if ((uint)codePoint < 128)
            return (((codePoint < 64 ? _ascii0 : _ascii1) >> codePoint) & 1) != 0;
        return (_bits[_blockOf[codePoint >> 8] * 4 + ((codePoint >> 6) & 3)] >> codePoint & 1) != 0;
    }

    public CodePointSet Complement() => new(CodePointRanges.Complement(Ranges));

    private void FillBlock(Span<ulong> block, int start, ref int r)
    {
        block.Clear();
        while (r < Ranges.Count && Ranges[r].Last < start) r++;
        for (int i = r; i < Ranges.Count && Ranges[i].First < start + 256; i++)
        {
            int first = Math.Max(Ranges[i].First, start) - start, last = Math.Min(Ranges[i].Last, start + 255) - start;
            for (int bit = first; bit <= last; bit++) block[bit >> 6] |= 1UL << (bit & 63);
        }
    }
}
