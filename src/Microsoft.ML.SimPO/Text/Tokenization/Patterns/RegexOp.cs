namespace Microsoft.ML.SimPO.Text.Tokenization.Patterns;

/// <summary>What an instruction does. Those up to <see cref="Split"/> leave alternatives behind.</summary>
internal enum RegexOp
{
    /// <summary>Consume A to B code points of Set, as many as possible first.</summary>
    LoopGreedy,

    /// <summary>Consume A to B code points of Set, as few as possible first.</summary>
    LoopLazy,

    /// <summary>Consume A to B code points of Set, as many as possible, without return.</summary>
    LoopPossessive,

    /// <summary>Try the branches that Dispatch lists for the next character, in order.</summary>
    Branch,

    /// <summary>Try A, then B.</summary>
    Split,

    /// <summary>Consume a code point of Set.</summary>
    One,

    /// <summary>Go on at A.</summary>
    Jump,

    /// <summary>Hold at an anchor of kind A.</summary>
    Anchor,

    /// <summary>The instructions from here to A must match (B = 1: must not match) what follows; go on at A.</summary>
    LookAhead,

    /// <summary>As LookAhead, for what precedes: Dispatch[0] are the lengths in code points to try.</summary>
    LookBehind,

    /// <summary>The instructions from here to A match once and for all; go on at A.</summary>
    Atomic,

    /// <summary>The end of the pattern, or of a look's or atomic group's part of it.</summary>
    Match,
}
