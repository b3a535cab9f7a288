namespace Microsoft.ML.SimPO;

/// <content>How a notebook shows it.</content>
[TypeFormatterSource(typeof(PreviewDisplay))]
public sealed partial record PreferencePreview;
