namespace Microsoft.ML.SimPO;

/// <content>How a notebook shows it.</content>
[TypeFormatterSource(typeof(SweepDisplay))]
public sealed partial class SweepResult;
