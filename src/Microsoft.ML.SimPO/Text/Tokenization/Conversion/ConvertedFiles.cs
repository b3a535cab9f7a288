using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Text.Tokenization.Conversion;

/// <summary>The files of a model that had no tokenizer.json, with one.</summary>
/// <param name="Files">All files, and a tokenizer.json that Hugging Face's library reads to the same ids.</param>
/// <param name="AsSentencePiece">
/// Whether SentencePiece's own library decides where that one parts from it: ties in 32 bits, and a character map that goes on behind its longest match.
/// </param>
/// <param name="Remarks">Sentences about what the files say.</param>
internal sealed record ConvertedFiles(ModelFiles Files, bool AsSentencePiece, IReadOnlyList<string> Remarks);
