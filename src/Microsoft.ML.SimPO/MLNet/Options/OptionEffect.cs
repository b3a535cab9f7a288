namespace Microsoft.ML.SimPO;

/// <summary>What another value of an option does to a run.</summary>
internal enum OptionEffect
{
    /// <summary>Its steps are others: a run cannot go on with it.</summary>
    Steps,

    /// <summary>Its steps are the same but for their rounding: a run can go on with it, and says so.</summary>
    Rounding,

    /// <summary>The rows are read or encoded otherwise: a run can go on if what they become is the same, which is compared itself.</summary>
    Data,

    /// <summary>Its steps stay what they are: it says what begins a run, what it looks at and what it writes.</summary>
    None,
}
