using Microsoft.ML.SimPO.Text.Tokenization.Unicode;

namespace Microsoft.ML.SimPO.Text.Tokenization.Patterns;

/// <summary>
/// Runs a compiled pattern over one text, from its start to its end: backtracking on a heap-allocated stack, so that no pattern
/// and no text overflows the thread's. What failed once is not tried again, so that a search takes linear time.
/// </summary>
internal ref struct RegexMachine
{
    private const int MaxNesting = 64;

    private readonly ReadOnlySpan<RegexInstruction> _code;
    private readonly ReadOnlySpan<char> _text;
    private readonly RegexScratch _scratch;
    private readonly long _maxSteps;
    private readonly long _stepsBeforeMemory;
    private long _steps;
    private long _read;
    private int _nesting;

    public RegexMachine(RegexInstruction[] code, ReadOnlySpan<char> text, RegexScratch scratch)
    {
        _code = code;
        _text = text;
        _scratch = scratch;
        _stepsBeforeMemory = 10_000L + 16L * text.Length;
        _maxSteps = 5_000_000L + 64L * text.Length;
        scratch.Reset(code.Length);
    }

    /// <summary>Steps so far, and characters that repetitions of one set have read.</summary>
    public readonly long Work => _steps + _read;

    /// <returns>Where a match that starts at <paramref name="start"/> ends; -1 if there is none.</returns>
    public int MatchAt(int start)
    {
        int end = Run(0, start);
        if (end >= 0) _scratch.ForgetFailuresAt(end, _code.Length);
        return end;
    }

    private int Run(int pc, int at)
    {
        int floor = _scratch.Depth;
        while (true)
        {
            CountStep();
            ref readonly RegexInstruction step = ref _code[pc];
            bool failed = false;
            if (_steps > _stepsBeforeMemory && _nesting == 0 && step.Op <= RegexOp.Split && !_scratch.MarkTried(pc, at, _code.Length, _text.Length))
            {
                if (!Backtrack(floor, out pc, out at)) return -1;
                continue;
            }
            switch (step.Op)
            {
                case RegexOp.Match:
                    _scratch.Depth = floor;
                    return at;
                case RegexOp.One:
                    if (at < _text.Length && step.Set!.Contains(CodePoints.At(_text, at, out int length))) (pc, at) = (pc + 1, at + length);
                    else failed = true;
                    break;
                case RegexOp.Branch:
                    failed = !Enter(step.Dispatch![Row(at)], 0, pc, at, out pc);
                    break;
                case RegexOp.Split:
                    _scratch.Push(step.B, at, RegexScratch.Resume, 0);
                    pc = step.A;
                    break;
                case RegexOp.Jump: pc = step.A; break;
                case RegexOp.Anchor:
                    if (Holds((RegexAnchor)step.A, at)) pc++;
                    else failed = true;
                    break;
                case RegexOp.LookAhead or RegexOp.LookBehind or RegexOp.Atomic:
                    failed = !Inner(step, ref pc, ref at);
                    break;
                default:
                    failed = !Loop(step, ref pc, ref at);
                    break;
            }
            if (failed && !Backtrack(floor, out pc, out at)) return -1;
        }
    }

    private void CountStep()
    {
        if (++_steps > _maxSteps) throw new InvalidDataException(
            $"A pattern of this tokenizer takes more than {_maxSteps} steps on a text of {_text.Length} characters; it backtracks without bound.");
    }

    private readonly int Row(int at) => at >= _text.Length ? RegexDispatch.End : _text[at] < 128 ? _text[at] : RegexDispatch.NotAscii;

    /// <summary>Enters the branch of the given index and leaves the later ones on the stack.</summary>
    private readonly bool Enter(int[] branches, int index, int from, int at, out int pc)
    {
        pc = from;
        if (index >= branches.Length) return false;
        if (index + 1 < branches.Length) _scratch.Push(from, at, RegexScratch.NextBranch, index + 1);
        pc = branches[index];
        return true;
    }

    /// <summary>Runs a look or an atomic group to its end.</summary>
    private bool Inner(in RegexInstruction step, ref int pc, ref int at)
    {
        if (++_nesting > MaxNesting) throw new InvalidDataException($"A pattern of this tokenizer nests more than {MaxNesting} looks or atomic groups.");
        int end = -1;
        if (step.Op == RegexOp.LookBehind)
        {
            foreach (int length in step.Dispatch![0])
            {
                int start = Back(at, length);
                if (start >= 0 && Run(pc + 1, start) == at) end = at;
                if (end >= 0) break;
            }
        }
        else end = Run(pc + 1, at);
        _nesting--;
        if (step.Op == RegexOp.Atomic)
        {
            if (end < 0) return false;
            at = end;
        }
        else if (end >= 0 == (step.B == 1)) return false;
        pc = step.A;
        return true;
    }

    private readonly int Back(int at, int codePoints)
    {
        for (; codePoints > 0 && at > 0; codePoints--) at = Before(at);
        return codePoints > 0 ? -1 : at;
    }

    private readonly int Before(int at) =>
        at >= 2 && char.IsLowSurrogate(_text[at - 1]) && char.IsHighSurrogate(_text[at - 2]) ? at - 2 : at - 1;

    /// <summary>Runs a repetition of one set.</summary>
    private bool Loop(in RegexInstruction step, ref int pc, ref int at)
    {
        int start = at, count = 0;
        if (step.Op == RegexOp.LoopLazy)
        {
            int needed = Advance(step.Set!, at, step.A, out count);
            if (count < step.A) return false;
            if (step.B == int.MaxValue && _scratch.Failure(pc) is var (from, to) && needed >= from && needed <= to) return false;
            if (step.B > step.A) _scratch.Push(pc, needed, RegexScratch.OneMore, step.B == int.MaxValue ? int.MaxValue : step.B - step.A, needed);
            (pc, at) = (pc + 1, needed);
            return true;
        }
        int end = step.B == int.MaxValue ? RunEnd(step.Set!, pc, at) : Advance(step.Set!, at, step.B, out count);
        int least = step.A == 0 ? start : step.A == 1 && end > start ? CodePoints.After(_text, start) : Advance(step.Set!, start, step.A, out count);
        if (step.A > 0 && (end == start || (step.A > 1 && count < step.A))) return false;
        int longest = end;
        if (step.Op == RegexOp.LoopGreedy && end > least)
        {
            (int from, int to) = _scratch.Failure(pc);
            if (to == end && from <= least) return false;
            if (to == end) longest = Before(from);
            _scratch.Push(pc, longest, longest > least ? RegexScratch.OneLess : RegexScratch.Exhausted, least, end);
        }
        (pc, at) = (pc + 1, longest);
        return true;
    }

    private int Advance(CodePointSet set, int at, int max, out int count)
    {
        for (count = 0; count < max && at < _text.Length; count++)
        {
            if (!set.Contains(CodePoints.At(_text, at, out int length))) break;
            at += length;
        }
        _read += count;
        return at;
    }

    /// <summary>The end of the run of <paramref name="set"/> at a place; a run is scanned once, however often it is entered.</summary>
    private int RunEnd(CodePointSet set, int pc, int at)
    {
        (int from, int to) = _scratch.Run(pc);
        if (at >= from && at < to) return to;
        int end = at, known = 0;
        while (end < _text.Length)
        {
            if (end == from)
            {
                known = to - from;
                end = to;
                break;
            }
            char c = _text[end];
            if (!char.IsSurrogate(c))
            {
                if (!set.Contains(c)) break;
                end++;
            }
            else if (set.Contains(CodePoints.At(_text, end, out int length))) end += length;
            else break;
        }
        _read += end - at - known;
        if (end - at > 16) _scratch.RememberRun(pc, at, end);
        return end;
    }

    private bool Backtrack(int floor, out int pc, out int at)
    {
        while (_scratch.Depth > floor)
        {
            RegexScratch.Entry entry = _scratch.Pop();
            (pc, at) = (entry.Pc, entry.At);
            CountStep();
            switch (entry.Kind)
            {
                case RegexScratch.Resume:
                    return true;
                case RegexScratch.NextBranch:
                    if (Enter(_code[pc].Dispatch![Row(at)], entry.Extra, pc, at, out pc)) return true;
                    break;
                case RegexScratch.OneLess:
                    // A round less: at is where the last try began to match the rest, Extra the least.
                    int less = Before(at);
                    _scratch.Push(pc, less, less > entry.Extra ? RegexScratch.OneLess : RegexScratch.Exhausted, entry.Extra, entry.Origin);
                    (pc, at) = (pc + 1, less);
                    return true;
                case RegexScratch.Exhausted:
                    _scratch.RememberFailure(pc, at, entry.Origin);
                    break;
                default:
                    if (TakeOneMore(entry, ref at))
                    {
                        pc++;
                        return true;
                    }
                    break;
            }
        }
        (pc, at) = (0, 0);
        return false;
    }

    /// <summary>A lazy loop takes one code point more, if there is one and the rest is not known to fail from there on.</summary>
    private readonly bool TakeOneMore(in RegexScratch.Entry entry, ref int at)
    {
        bool unbounded = entry.Extra == int.MaxValue;
        if (at >= _text.Length || !_code[entry.Pc].Set!.Contains(CodePoints.At(_text, at, out int length)))
        {
            if (unbounded) _scratch.RememberFailure(entry.Pc, entry.Origin, at);
            return false;
        }
        at += length;
        if (unbounded && _scratch.Failure(entry.Pc) is var (from, to) && at >= from && at <= to)
        {
            _scratch.RememberFailure(entry.Pc, entry.Origin, to);
            return false;
        }
        if (entry.Extra > 1) _scratch.Push(entry.Pc, at, RegexScratch.OneMore, unbounded ? int.MaxValue : entry.Extra - 1, entry.Origin);
        return true;
    }

    private readonly bool Holds(RegexAnchor anchor, int at) => anchor switch
    {
        RegexAnchor.LineStart => at == 0 || (_text[at - 1] == '\n' && at < _text.Length),
        RegexAnchor.LineEnd => at == _text.Length || _text[at] == '\n',
        RegexAnchor.TextStart => at == 0,
        RegexAnchor.TextEnd => at == _text.Length,
        RegexAnchor.TextEndOrFinalNewline => at == _text.Length || (at == _text.Length - 1 && _text[at] == '\n'),
        RegexAnchor.WordBoundary => WordBefore(at) != WordAt(at),
        _ => WordBefore(at) == WordAt(at),
    };

    private readonly bool WordAt(int at) => at < _text.Length && UnicodeData.Word.Contains(CodePoints.At(_text, at, out _));

    private readonly bool WordBefore(int at) => at > 0 && WordAt(Before(at));
}
