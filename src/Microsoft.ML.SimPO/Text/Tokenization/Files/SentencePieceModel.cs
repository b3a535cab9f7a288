using System.Globalization;

namespace Microsoft.ML.SimPO.Text.Tokenization.Files;

/// <summary>What a SentencePiece file (<c>tokenizer.model</c>) holds that tokenizing needs.</summary>
internal sealed class SentencePieceModel
{
    private const int LongestPiece = 1 << 16;

    /// <summary>Pieces by id.</summary>
    public List<Piece> Pieces { get; } = [];

    public bool IsBpe { get; private set; }

    public bool ByteFallback { get; private set; }

    public int UnknownId { get; private set; }

    public int BosId { get; private set; } = 1;

    public int EosId { get; private set; } = 2;

    /// <summary>The character map of the normalizer; empty for none.</summary>
    public byte[] CharacterMap { get; private set; } = [];

    /// <summary>Whether a space is put before the text.</summary>
    public bool AddDummyPrefix { get; private set; } = true;

    /// <summary>Whether spaces at the ends go, and several become one.</summary>
    public bool RemovesExtraSpaces { get; private set; } = true;

    /// <exception cref="InvalidDataException">The bytes are not such a file.</exception>
    /// <exception cref="NotSupportedException">The model is neither BPE nor Unigram.</exception>
    public static SentencePieceModel Read(ReadOnlySpan<byte> bytes, string file)
    {
        var model = new SentencePieceModel();
        (bool hasTrainer, bool hasNormalizer) = (false, false);
        var reader = new ProtobufReader(bytes, file, wholeFile: true);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1: model.Add(ReadPiece(reader.Bytes, file), file); break;
                case 2: model.ReadTrainer(reader.Bytes, file); hasTrainer = true; break;
                case 3: model.ReadNormalizer(reader.Bytes, file); hasNormalizer = true; break;
            }
        }
        if (model.Pieces.Count == 0) throw new InvalidDataException($"{file}: expected the pieces of a SentencePiece model, found none.");
        if (!hasTrainer && !hasNormalizer)
            throw new InvalidDataException(
                $"{file} has no trainer and no normalizer specification behind its {model.Pieces.Count} pieces: the file is cut off. Download it again.");
        if ((uint)model.UnknownId >= (uint)model.Pieces.Count)
            throw new InvalidDataException($"{file}: expected an unknown token among the {model.Pieces.Count} pieces, found {model.UnknownId}.");
        return model;
    }

    private void Add(Piece piece, string file)
    {
        if (Pieces.Count == TokenModelReader.MaxTokens)
            throw new InvalidDataException($"{file}: expected at most {TokenModelReader.MaxTokens} pieces, found more.");
        Pieces.Add(piece);
    }

    private static Piece ReadPiece(ReadOnlySpan<byte> bytes, string file)
    {
        (string text, float score, ulong type) = ("", 0f, 1);
        var reader = new ProtobufReader(bytes, file);
        while (reader.Next())
        {
            if (reader.Field == 1 && reader.Bytes.Length > LongestPiece)
                throw new InvalidDataException($"{file}: expected pieces of at most {LongestPiece} bytes, found one of {reader.Bytes.Length}.");
            if (reader.Field == 1) text = reader.Text;
            else if (reader.Field == 2) score = reader.Single;
            else if (reader.Field == 3) type = reader.Number;
        }
        return float.IsFinite(score) ? new Piece(text, score, (SentencePieceType)type)
            : throw new InvalidDataException($"{file}: the piece \"{text}\": expected a finite score, found {score}.");
    }

    private void ReadTrainer(ReadOnlySpan<byte> bytes, string file)
    {
        ulong type = 1;
        var reader = new ProtobufReader(bytes, file);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 3: type = reader.Number; break;
                case 35: ByteFallback = reader.Number != 0; break;
                case 40: UnknownId = (int)reader.Number; break;
                case 41: BosId = (int)reader.Number; break;
                case 42: EosId = (int)reader.Number; break;
            }
        }
        if (type is not (1 or 2))
        {
            string kind = type switch { 3 => "WORD", 4 => "CHAR", _ => type.ToString(CultureInfo.InvariantCulture) };
            throw new NotSupportedException($"{file} is a SentencePiece model of kind {kind}; BPE and UNIGRAM are supported.");
        }
        IsBpe = type == 2;
    }

    private void ReadNormalizer(ReadOnlySpan<byte> bytes, string file)
    {
        var reader = new ProtobufReader(bytes, file);
        while (reader.Next())
        {
            if (reader.Field == 2) CharacterMap = reader.Bytes.ToArray();
            else if (reader.Field == 3) AddDummyPrefix = reader.Number != 0;
            else if (reader.Field == 4) RemovesExtraSpaces = reader.Number != 0;
        }
    }

    /// <param name="Text">With '▁' for a space.</param>
    /// <param name="Score">Greater is better.</param>
    /// <param name="Type">What kind of piece it is.</param>
    public readonly record struct Piece(string Text, float Score, SentencePieceType Type);
}
