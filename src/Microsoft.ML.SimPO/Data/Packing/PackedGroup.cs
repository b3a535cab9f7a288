using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Data.Packing;

/// <summary>Where the scored tokens of a prompt and its answers stand. Groups of the same prompt share them.</summary>
/// <param name="Index">Which one of the data set it is.</param>
/// <param name="Place">Which one of the batch it is.</param>
/// <param name="Tokens">What was laid out.</param>
/// <param name="Answers">A span each.</param>
/// <param name="Prompt">Those of the first answer's prompt; none where prompts are not scored.</param>
internal sealed record PackedGroup(int Index, int Place, EncodedPrompt Tokens, ScoredSpan[] Answers, ScoredSpan[] Prompt);
