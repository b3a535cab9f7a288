using Microsoft.ML.SimPO.Text.Tokenization.Files;
using Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

namespace Microsoft.ML.SimPO.Text.Tokenization.Conversion;

/// <summary>The merges of a SentencePiece model, which itself knows only its pieces and their scores.</summary>
internal static class SentencePieceMerges
{
    /// <summary>Longer pieces are no words; looking at all of their parts would take quadratic time.</summary>
    private const int MaxPieceLength = 512;

    /// <summary>Letters that are compared, a hundred times those of the largest models.</summary>
    private const long MaxWork = 1L << 30;

    /// <summary>Every way to put a piece together of two, the best piece first and of its ways the one with the longest left part.</summary>
    public static IEnumerable<(string Left, string Right)> Of(SentencePieceModel model, TokenVocabulary vocabulary, string path)
    {
        var merges = new List<(int Left, int Right, float Score, int LeftLength, int RightLength)>();
        long work = 0;
        foreach (SentencePieceModel.Piece piece in model.Pieces)
        {
            string text = piece.Text;
            if (text.Length > MaxPieceLength)
                throw new InvalidDataException($"{path}: expected pieces of at most {MaxPieceLength} characters, found one of {text.Length}.");
            if (piece.Type is SentencePieceType.Control or SentencePieceType.Unknown or SentencePieceType.Byte) continue;
            if ((work += (long)text.Length * text.Length) > MaxWork)
                throw new InvalidDataException($"{path}: expected pieces of the length of words, found too many longer ones.");
            int codePoints = text.EnumerateRunes().Count();
            var ways = new List<(int Left, int Right, float Score, int LeftLength, int RightLength)>();
            for (int i = 1, length = 1; i < text.Length; i++, length++)
            {
                if (char.IsLowSurrogate(text[i])) i++;
                if (i < text.Length && vocabulary.TryGetId(text.AsSpan(0, i), out int left) && vocabulary.TryGetId(text.AsSpan(i), out int right))
                    ways.Add((left, right, piece.Score, length, codePoints - length));
            }
            if (merges.Count + ways.Count > TokenModelReader.MaxMerges)
                throw new InvalidDataException($"{path}: expected pieces that can be put together in at most {TokenModelReader.MaxMerges} ways, found more.");
            merges.AddRange(ways.OrderBy(way => way.Left).ThenBy(way => way.Right));
        }
        return merges.OrderByDescending(m => m.Score).ThenByDescending(m => m.LeftLength).ThenByDescending(m => m.RightLength)
            .Select(m => (vocabulary.Text(m.Left)!, vocabulary.Text(m.Right)!));
    }
}
