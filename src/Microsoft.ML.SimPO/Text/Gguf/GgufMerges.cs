using System.Globalization;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Checkpoints.Gguf;
using Microsoft.ML.SimPO.Text.Tokenization.Files;

namespace Microsoft.ML.SimPO.Text.Gguf;

/// <summary>
/// The merges of a SentencePiece vocabulary in a GGUF file, which has scores alone: every way to put a normal token together of two, the token with the best
/// score first.
/// </summary>
internal sealed class GgufMerges(GgufMetadata metadata, string[] tokens, SentencePieceType[] types, float[] scores)
{
    /// <summary>Longer tokens are no words; looking at all of their parts would take quadratic time.</summary>
    private const int MaxLength = 512;

    /// <summary>Letters that are compared, a hundred times those of the largest vocabularies.</summary>
    private const long MaxWork = 1L << 30;

    public IEnumerable<(string Left, string Right)> Pairs()
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int id = 0; id < tokens.Length; id++)
            if (types[id] == SentencePieceType.Normal) ids[tokens[id]] = id;
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> pieces = ids.GetAlternateLookup<ReadOnlySpan<char>>();
        var merges = new List<(float Score, int Left, int Right)>();
        long work = 0;
        foreach ((string piece, int id) in ids)
        {
            Check(piece, id, work += (long)piece.Length * piece.Length);
            for (int cut = 1; cut < piece.Length; cut++)
                if (pieces.TryGetValue(piece.AsSpan(0, cut), out int left) && pieces.TryGetValue(piece.AsSpan(cut), out int right))
                    merges.Add((scores[id], left, right));
            if (merges.Count > TokenModelReader.MaxMerges)
                throw new InvalidDataException(FormattableString.Invariant(
                    $"'{metadata.Path}': the tokens can be put together in more than {TokenModelReader.MaxMerges} ways, which those of no model can."));
        }
        return merges.OrderByDescending(m => m.Score).ThenBy(m => m.Left).ThenBy(m => m.Right).Select(m => (tokens[m.Left], tokens[m.Right]));
    }

    private void Check(string piece, int id, long work)
    {
        if (!float.IsFinite(scores[id]))
            throw metadata.Wrong(GgufKeys.Scores, "a list of finite numbers", $"one with {scores[id].ToString(CultureInfo.InvariantCulture)} at {id}");
        if (piece.Length > MaxLength)
            throw metadata.Wrong(GgufKeys.Tokens, FormattableString.Invariant($"texts of at most {MaxLength} characters"), Faults.Quote(piece));
        if (work > MaxWork) throw metadata.Wrong(GgufKeys.Tokens, "texts of the length of words", "many longer ones");
    }
}
