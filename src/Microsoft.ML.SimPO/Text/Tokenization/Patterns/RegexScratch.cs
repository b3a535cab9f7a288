using System.Runtime.CompilerServices;

namespace Microsoft.ML.SimPO.Text.Tokenization.Patterns;

/// <summary>What one run of a pattern over a text needs: the stack of alternatives and what is known to fail. Reused, never shared.</summary>
internal sealed class RegexScratch
{
    /// <summary>Go on at Pc.</summary>
    public const byte Resume = 0;

    /// <summary>Enter the branch numbered Extra of the Branch at Pc.</summary>
    public const byte NextBranch = 1;

    /// <summary>The loop at Pc gives back one code point; Extra is the place below which it has too few, Origin where it ended.</summary>
    public const byte OneLess = 2;

    /// <summary>The loop at Pc takes one code point more; Extra says how many more it may, Origin where it had enough.</summary>
    public const byte OneMore = 3;

    /// <summary>The loop at Pc has given back all it could.</summary>
    public const byte Exhausted = 4;

    private const long MaxRememberedBits = 1L << 30;
    private const int MaxDepth = 1 << 25;

    private Entry[] _stack = new Entry[64];
    private (int From, int To)[] _runs = [];
    private (int From, int To)[] _failures = [];
    private ulong[]? _tried;

    public int Depth { get; set; }

    public void Reset(int instructions)
    {
        Depth = 0;
        _tried = null;
        if (_runs.Length < instructions)
        {
            _runs = new (int, int)[instructions];
            _failures = new (int, int)[instructions];
        }
        _runs.AsSpan(0, instructions).Fill((-1, -1));
        _failures.AsSpan(0, instructions).Fill((-1, -1));
        if (_stack.Length > 1 << 16) _stack = new Entry[64];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Push(int pc, int at, byte kind, int extra, int origin = 0)
    {
        if (Depth == _stack.Length) Grow();
        _stack[Depth++] = new Entry(pc, at, extra, origin, kind);
    }

    public Entry Pop() => _stack[--Depth];

    /// <summary>The run that the loop at <paramref name="pc"/> scanned last; (-1, -1) if none.</summary>
    public (int From, int To) Run(int pc) => _runs[pc];

    public void RememberRun(int pc, int from, int to) => _runs[pc] = (from, to);

    /// <summary>
    /// The rest of the pattern after the loop at <paramref name="pc"/> fails from every place of this range that the loop can reach; (-1, -1) if none is
    /// known.
    /// </summary>
    public (int From, int To) Failure(int pc) => _failures[pc];

    public void RememberFailure(int pc, int from, int to) => _failures[pc] = (from, to);

    /// <returns>Whether this state is new. Beyond a bound of memory nothing is remembered.</returns>
    public bool MarkTried(int pc, int at, int instructions, int length)
    {
        long bits = (long)instructions * (length + 1);
        if (bits > MaxRememberedBits) return true;
        _tried ??= new ulong[(bits + 63) / 64];
        long bit = (long)at * instructions + pc;
        ulong mask = 1UL << (int)(bit & 63);
        ref ulong word = ref _tried[bit >> 6];
        bool isNew = (word & mask) == 0;
        word |= mask;
        return isNew;
    }

    /// <summary>A match ended here: the states on its way, of which only those at its end can come again, did not fail.</summary>
    public void ForgetFailuresAt(int at, int instructions)
    {
        if (_tried is null) return;
        for (long bit = (long)at * instructions; bit < (long)(at + 1) * instructions; bit++) _tried[bit >> 6] &= ~(1UL << (int)(bit & 63));
    }

    private void Grow()
    {
        if (_stack.Length >= MaxDepth)
            throw new InvalidDataException($"A pattern of this tokenizer keeps more than {MaxDepth} alternatives; it backtracks without bound.");
        Array.Resize(ref _stack, _stack.Length * 2);
    }

    public readonly record struct Entry(int Pc, int At, int Extra, int Origin, byte Kind);
}
