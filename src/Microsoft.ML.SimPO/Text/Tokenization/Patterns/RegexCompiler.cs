namespace Microsoft.ML.SimPO.Text.Tokenization.Patterns;

/// <summary>Turns a syntax tree into instructions for <see cref="RegexMachine"/>.</summary>
internal sealed class RegexCompiler
{
    private const int MaxInstructions = 20_000;

    private readonly List<RegexInstruction> _code = [];
    private readonly string _pattern;

    private RegexCompiler(string pattern) => _pattern = pattern;

    public static RegexInstruction[] Compile(string pattern, RegexNode root)
    {
        var compiler = new RegexCompiler(pattern);
        compiler.Emit(RegexOptimizer.Optimize(root));
        compiler.Add(new RegexInstruction(RegexOp.Match));
        return [.. compiler._code];
    }

    private int Add(RegexInstruction instruction)
    {
        if (_code.Count >= MaxInstructions) throw RegexErrors.Unsupported(_pattern, 0, $"more than {MaxInstructions} steps");
        _code.Add(instruction);
        return _code.Count - 1;
    }

    private void Emit(RegexNode node)
    {
        switch (node)
        {
            case RegexNode.One one: Add(new RegexInstruction(RegexOp.One, Set: one.Set)); break;
            case RegexNode.Sequence sequence:
                foreach (RegexNode part in sequence.Parts) Emit(part);
                break;
            case RegexNode.Alternation alternation: EmitBranches(alternation); break;
            case RegexNode.Repeat { Body: RegexNode.One one } loop:
                RegexOp op =
                    loop.Greed switch { RegexGreed.Lazy => RegexOp.LoopLazy, RegexGreed.Possessive => RegexOp.LoopPossessive, _ => RegexOp.LoopGreedy };
                Add(new RegexInstruction(op, loop.Min, loop.Max, one.Set));
                break;
            case RegexNode.Repeat loop when loop.Greed == RegexGreed.Possessive:
                EmitPart(RegexOp.Atomic, 0, null, loop with { Greed = RegexGreed.Greedy });
                break;
            case RegexNode.Repeat loop: EmitLoop(loop); break;
            case RegexNode.Atomic atomic: EmitPart(RegexOp.Atomic, 0, null, atomic.Body); break;
            case RegexNode.Look { Behind: false } look: EmitPart(RegexOp.LookAhead, look.Negative ? 1 : 0, null, look.Body); break;
            case RegexNode.Look look: EmitPart(RegexOp.LookBehind, look.Negative ? 1 : 0, [LengthsBehind(look.Body)], look.Body); break;
            case RegexNode.Anchor anchor: Add(new RegexInstruction(RegexOp.Anchor, (int)anchor.Kind)); break;
        }
    }

    private void EmitPart(RegexOp op, int b, int[][]? lengths, RegexNode body)
    {
        int at = Add(default);
        Emit(body);
        Add(new RegexInstruction(RegexOp.Match));
        _code[at] = new RegexInstruction(op, _code.Count, b, Dispatch: lengths);
    }

    private void EmitBranches(RegexNode.Alternation alternation)
    {
        int at = Add(default);
        var starts = new List<int>();
        var jumps = new List<int>();
        foreach (RegexNode branch in alternation.Branches)
        {
            starts.Add(_code.Count);
            Emit(branch);
            jumps.Add(Add(default));
        }
        foreach (int jump in jumps) _code[jump] = new RegexInstruction(RegexOp.Jump, _code.Count);
        _code[at] = new RegexInstruction(RegexOp.Branch, Dispatch: RegexDispatch.Build(alternation.Branches, starts));
    }

    private void EmitLoop(RegexNode.Repeat loop)
    {
        if (RegexDispatch.CanBeEmpty(loop.Body)) throw RegexErrors.Unsupported(_pattern, 0, "a repeated group that can match nothing");
        for (int i = 0; i < loop.Min; i++) Emit(loop.Body);
        bool lazy = loop.Greed == RegexGreed.Lazy;
        if (loop.Max == int.MaxValue)
        {
            int split = Add(default);
            Emit(loop.Body);
            Add(new RegexInstruction(RegexOp.Jump, split));
            _code[split] = Choice(split + 1, _code.Count, lazy);
            return;
        }
        var splits = new List<int>();
        for (int i = loop.Min; i < loop.Max; i++)
        {
            splits.Add(Add(default));
            Emit(loop.Body);
        }
        foreach (int split in splits) _code[split] = Choice(split + 1, _code.Count, lazy);
    }

    private static RegexInstruction Choice(int body, int rest, bool lazy) => lazy ? new(RegexOp.Split, rest, body) : new(RegexOp.Split, body, rest);

    private int[] LengthsBehind(RegexNode body)
    {
        RegexNode[] branches = body is RegexNode.Alternation alternation ? [.. alternation.Branches] : [body];
        return [.. branches.Select(FixedLength).Distinct()];
    }

    private int FixedLength(RegexNode node) => node switch
    {
        RegexNode.One => 1,
        RegexNode.Sequence sequence => sequence.Parts.Sum(FixedLength),
        RegexNode.Repeat repeat when repeat.Min == repeat.Max => repeat.Min * FixedLength(repeat.Body),
        RegexNode.Atomic atomic => FixedLength(atomic.Body),
        RegexNode.Look or RegexNode.Anchor => 0,
        RegexNode.Alternation alternation when alternation.Branches.Select(FixedLength).Distinct().Count() == 1 => FixedLength(alternation.Branches[0]),
        _ => throw RegexErrors.Unsupported(_pattern, 0, "a look behind of varying length"),
    };
}
