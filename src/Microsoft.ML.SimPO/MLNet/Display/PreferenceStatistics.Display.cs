namespace Microsoft.ML.SimPO;

/// <content>How a notebook shows it.</content>
[TypeFormatterSource(typeof(StatisticsDisplay))]
public sealed partial record PreferenceStatistics;
