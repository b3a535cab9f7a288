namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>
/// A figure of the library, against a reference algorithm where there is one. To add one: implement this in a file of its own and list it in
/// <see cref="BenchmarkList"/>.
/// </summary>
internal interface IBenchmark
{
    /// <summary>What the command line calls it.</summary>
    string Name { get; }

    /// <summary>One line for the help.</summary>
    string Summary { get; }

    /// <summary>What a rate counts: <c>pairs/s</c>, <c>steps/s</c>, <c>tokens/s</c>, <c>MB/s</c>, <c>rows/s</c>.</summary>
    string Unit { get; }

    /// <summary>
    /// What is measured, each in a process of its own, in turns: <see cref="Side.Ours"/>, <see cref="Side.Reference"/> where there is one, and others by any
    /// name.
    /// </summary>
    IReadOnlyList<string> Sides { get; }

    /// <summary>The side that does no more than what bounds ours; null for the machine's matrix products.</summary>
    string? Roofline => null;

    /// <summary>How often each side is measured, after one run that is not counted.</summary>
    int Rounds => 7;

    /// <summary>Whether the rate of the machine's matrix products is measured beside it.</summary>
    bool UsesTorch => true;

    /// <summary>Whether one side's process ends before the next begins, for sides that compare themselves with ours (<see cref="InTurns"/>).</summary>
    bool IsOneByOne => false;

    /// <summary>After how many rounds the same work comes again; <see cref="Rounds"/> is a multiple of it.</summary>
    int Cycle => 1;

    /// <summary>What it needs and does not find, for a message; null where it can run.</summary>
    string? Missing() => null;

    /// <summary>Makes ready what a side repeats; called in that side's process.</summary>
    Workload Prepare(string side);

    /// <summary>What the figures should reach.</summary>
    IEnumerable<Bar> Bars(BenchmarkResult result) => [];
}
