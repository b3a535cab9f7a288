namespace Microsoft.ML.SimPO;

/// <content>How a notebook shows it.</content>
[TypeFormatterSource(typeof(MetricsDisplay))]
public sealed partial record AlignmentMetrics;
