namespace Microsoft.ML.SimPO.Text.Templates;

/// <summary>The bounds within which a template runs, and the clock that it sees.</summary>
internal sealed record JinjaOptions
{
    public static JinjaOptions Default { get; } = new();

    /// <summary>Work done by one rendering: evaluated nodes, produced items and every 16 copied characters count one. Default 2,500,000.</summary>
    public long MaxSteps { get; init; } = 2_500_000;

    /// <summary>Characters of the output and of every string on the way to it. Default 8,388,608.</summary>
    public int MaxTextLength { get; init; } = 8 * 1024 * 1024;

    /// <summary>Nested evaluations, calls of macros included. Default 1,000, which is Python's.</summary>
    public int MaxDepth { get; init; } = 1_000;

    /// <summary>Numbers in one <c>range</c>. Default 100,000, which is that of Jinja2's sandbox.</summary>
    public int MaxRange { get; init; } = 100_000;

    /// <summary>What <c>strftime_now</c> reads; its local time. Default the system's clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
