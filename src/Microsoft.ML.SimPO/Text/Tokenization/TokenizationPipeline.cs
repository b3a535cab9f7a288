using System.Collections.Concurrent;
using System.Text;
using Microsoft.ML.SimPO.Text.Tokenization.AddedTokens;
using Microsoft.ML.SimPO.Text.Tokenization.Normalizers;
using Microsoft.ML.SimPO.Text.Tokenization.PreTokenizers;
using Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

namespace Microsoft.ML.SimPO.Text.Tokenization;

/// <summary>Text to tokens: added tokens, normalizer, pre-tokenizer, model. Immutable, and thread safe as its parts are.</summary>
internal sealed class TokenizationPipeline
{
    private readonly ConcurrentBag<Workspace> _workspaces = [];
    private readonly bool _needsOrigins;

    public TokenizationPipeline(AddedVocabulary added, TextNormalizer? normalizer, IReadOnlyList<PreTokenizerStep> preTokenizers, TokenModel model)
    {
        (Added, Normalizer, PreTokenizers, Model) = (added, normalizer, preTokenizers, model);
        bool rewritten = normalizer is not null;
        foreach (PreTokenizerStep step in preTokenizers)
        {
            _needsOrigins |= rewritten && step.AsksForOrigin;
            rewritten |= step.Rewrites;
        }
    }

    public AddedVocabulary Added { get; }

    public TextNormalizer? Normalizer { get; }

    public IReadOnlyList<PreTokenizerStep> PreTokenizers { get; }

    public TokenModel Model { get; }

    /// <summary>Appends the tokens of a text, with places in its UTF-16 units.</summary>
    public void Encode(ReadOnlySpan<char> text, TokenSink tokens)
    {
        if (!_workspaces.TryTake(out Workspace? workspace)) workspace = new Workspace();
        Added.Plain.Split(text, workspace.Segments);
        foreach (TokenSegment segment in workspace.Segments)
        {
            if (segment.Token is not null)
            {
                tokens.Add(segment.Token.Id, segment.Start, segment.End, tokens.WantsPlaces ? text[segment.Start..segment.End].ToString() : null);
                continue;
            }
            workspace.Text.Load(text, segment.Start, segment.End, tokens.WantsPlaces || _needsOrigins);
            Normalizer?.Normalize(workspace.Text);
            EncodeNormalized(workspace, tokens);
        }
        if (text.Length < 1 << 18) _workspaces.Add(workspace);
    }

    /// <summary>Appends the tokens of a text in which no added token is looked for, without places.</summary>
    public void EncodeLetters(ReadOnlySpan<char> text, TokenSink tokens)
    {
        if (!_workspaces.TryTake(out Workspace? workspace)) workspace = new Workspace();
        workspace.Text.Load(text, 0, text.Length, _needsOrigins);
        Normalizer?.Normalize(workspace.Text);
        EncodePieces(workspace.Text, workspace, tokens);
        if (text.Length < 1 << 18) _workspaces.Add(workspace);
    }

    private void EncodeNormalized(Workspace workspace, TokenSink tokens)
    {
        if (Added.Normalized.IsEmpty)
        {
            EncodePieces(workspace.Text, workspace, tokens);
            return;
        }
        AlignedText text = workspace.Text;
        Added.Normalized.Split(text.Units, workspace.NormalizedSegments);
        foreach (TokenSegment segment in workspace.NormalizedSegments)
        {
            if (segment.Token is not null)
            {
                int start = 0, end = 0;
                if (tokens.WantsPlaces) (start, end) = (text.Origin(segment.Start).Start, text.Origin(segment.End - 1).End);
                tokens.Add(segment.Token.Id, start, end, tokens.WantsPlaces ? text.Units[segment.Start..segment.End].ToString() : null);
            }
            else
            {
                workspace.Part.Load(text, segment.Start, segment.End);
                EncodePieces(workspace.Part, workspace, tokens);
            }
        }
    }

    private void EncodePieces(AlignedText text, Workspace workspace, TokenSink tokens)
    {
        workspace.Pieces.Clear();
        workspace.Scratch.Work = 0;
        workspace.Pieces.AddPiece(0, text.Length);
        foreach (PreTokenizerStep step in PreTokenizers)
        {
            workspace.NextPieces.Clear();
            step.Apply(text, workspace.Pieces, workspace.NextPieces, workspace.Scratch);
            (workspace.Pieces, workspace.NextPieces) = (workspace.NextPieces, workspace.Pieces);
        }
        tokens.Work += workspace.Scratch.Work;
        if (!tokens.WantsPlaces)
        {
            Model.EncodeAll(text.Units, workspace.Pieces.Items, tokens);
            return;
        }
        foreach ((int start, int end) in workspace.Pieces.Items)
        {
            int first = tokens.Count;
            Model.Encode(text.Units[start..end], tokens);
            Place(text, start, end, first, workspace, tokens);
        }
    }

    /// <summary>Turns places in UTF-8 bytes of a piece into places in the original text.</summary>
    private static void Place(AlignedText text, int start, int end, int first, Workspace workspace, TokenSink tokens)
    {
        List<int> unitOfByte = workspace.UnitOfByte;
        unitOfByte.Clear();
        for (int at = start; at < end;)
        {
            Rune.DecodeFromUtf16(text.Units[at..end], out Rune rune, out int length);
            for (int b = 0; b < rune.Utf8SequenceLength; b++) unitOfByte.Add(at);
            at += length;
        }
        for (int token = first; token < tokens.Count; token++)
        {
            (int from, int to) = tokens.Place(token);
            if (to > from && to <= unitOfByte.Count) tokens.SetPlace(token, text.Origin(unitOfByte[from]).Start, text.Origin(unitOfByte[to - 1]).End);
            else tokens.SetPlace(token, text.OriginalStart(start) + from, text.OriginalStart(start) + to);
        }
    }

    /// <summary>The buffers of one encoding at a time.</summary>
    private sealed class Workspace
    {
        public List<TokenSegment> Segments { get; } = [];

        public List<TokenSegment> NormalizedSegments { get; } = [];

        public AlignedText Text { get; } = new();

        public AlignedText Part { get; } = new();

        public PieceList Pieces { get; set; } = new();

        public PieceList NextPieces { get; set; } = new();

        public PieceList Scratch { get; } = new();

        public List<int> UnitOfByte { get; } = [];
    }
}
