namespace Microsoft.ML.SimPO;

/// <content>How a notebook shows it.</content>
[TypeFormatterSource(typeof(ModelDisplay))]
public sealed partial class AlignmentTransformer;
