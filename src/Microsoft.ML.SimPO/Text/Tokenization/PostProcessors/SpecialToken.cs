namespace Microsoft.ML.SimPO.Text.Tokenization.PostProcessors;

/// <summary>A token that a post-processor puts before or after a text.</summary>
internal readonly record struct SpecialToken(int Id, string Text);
