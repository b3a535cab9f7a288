namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>A pair as the references tokenize it.</summary>
/// <param name="PromptIds">The prompt on its own, which in the references may differ from that of the sequences.</param>
/// <param name="Pair">The sequences.</param>
/// <param name="IsMerged">Whether a token spans the border.</param>
internal sealed record ReferenceRow(int[] PromptIds, EncodedPrompt Pair, bool IsMerged);
