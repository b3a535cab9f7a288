namespace Microsoft.ML.SimPO;

/// <content>How a notebook shows it.</content>
[TypeFormatterSource(typeof(CheckDisplay))]
public sealed partial record DataCheck;
