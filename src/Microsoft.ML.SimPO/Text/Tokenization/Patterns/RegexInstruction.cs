using Microsoft.ML.SimPO.Text.Tokenization.Unicode;

namespace Microsoft.ML.SimPO.Text.Tokenization.Patterns;

/// <summary>One step of a compiled pattern. What <see cref="A"/> and <see cref="B"/> mean is said at <see cref="RegexOp"/>.</summary>
internal readonly record struct RegexInstruction(RegexOp Op, int A = 0, int B = 0, CodePointSet? Set = null, int[][]? Dispatch = null);
