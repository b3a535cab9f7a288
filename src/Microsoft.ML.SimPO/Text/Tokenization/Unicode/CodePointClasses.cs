using System.Runtime.CompilerServices;

namespace Microsoft.ML.SimPO.Text.Tokenization.Unicode;

/// <summary>
/// All code points cut into classes by some sets: two code points are of one class where every set holds both or neither. A table needs one column for each
/// class.
/// </summary>
internal sealed class CodePointClasses
{
    public const int MaxSets = 64;
    private const int MaxClasses = 128, BlockSize = 256;

    private readonly byte[] _ascii;
    private readonly ushort[] _blockOf = new ushort[(CodePointRanges.MaxCodePoint + 1) / BlockSize];
    private readonly byte[] _blocks;
    private readonly List<ulong> _signatures = [];

    private CodePointClasses(List<(int First, int Class)> runs, List<ulong> signatures)
    {
        _signatures = signatures;
        var blocks = new List<byte>();
        var uniform = new Dictionary<byte, ushort>();
        byte[] block = new byte[BlockSize];
        int run = 0;
        for (int b = 0; b < _blockOf.Length; b++)
        {
            for (int i = 0; i < BlockSize; i++)
            {
                while (run + 1 < runs.Count && runs[run + 1].First <= b * BlockSize + i) run++;
                block[i] = (byte)runs[run].Class;
            }
            // Most blocks are of one class; these are stored once.
            bool isUniform = block.AsSpan().IndexOfAnyExcept(block[0]) < 0;
            if (isUniform && uniform.TryGetValue(block[0], out _blockOf[b])) continue;
            _blockOf[b] = (ushort)(blocks.Count / BlockSize);
            if (isUniform) uniform[block[0]] = _blockOf[b];
            blocks.AddRange(block);
        }
        _blocks = [.. blocks];
        _ascii = _blocks[..128];
    }

    public int Count => _signatures.Count;

    /// <summary>The classes of the ASCII characters.</summary>
    public ReadOnlySpan<byte> Ascii => _ascii;

    /// <returns>Null where there are too many sets or classes.</returns>
    public static CodePointClasses? TryCreate(IReadOnlyList<CodePointSet> sets)
    {
        if (sets.Count > MaxSets) return null;
        // Where a range of a set begins or ends, the set's bit changes.
        var changes = new List<(int At, ulong Bit)> { (0, 0) };
        for (int set = 0; set < sets.Count; set++)
            foreach ((int first, int last) in sets[set].Ranges) changes.AddRange([(first, 1UL << set), (last + 1, 1UL << set)]);
        changes.Sort(static (a, b) => a.At.CompareTo(b.At));
        var classOf = new Dictionary<ulong, int>();
        var signatures = new List<ulong>();
        var runs = new List<(int First, int Class)>();
        ulong signature = 0;
        for (int i = 0; i < changes.Count; i++)
        {
            signature ^= changes[i].Bit;
            bool isLast = i + 1 == changes.Count || changes[i + 1].At != changes[i].At;
            if (!isLast || changes[i].At > CodePointRanges.MaxCodePoint) continue;
            if (!classOf.TryGetValue(signature, out int number))
            {
                if (signatures.Count == MaxClasses) return null;
                classOf[signature] = number = signatures.Count;
                signatures.Add(signature);
            }
            runs.Add((changes[i].At, number));
        }
        return new CodePointClasses(runs, signatures);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int ClassOf(int codePoint) => _blocks[_blockOf[codePoint / BlockSize] * BlockSize + codePoint % BlockSize];

    /// <summary>Whether a set, by its index, holds the code points of a class.</summary>
    public bool Holds(int set, int number) => (_signatures[number] >> set & 1) != 0;
}
