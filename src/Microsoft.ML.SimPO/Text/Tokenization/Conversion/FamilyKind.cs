namespace Microsoft.ML.SimPO.Text.Tokenization.Conversion;

/// <summary>The ways in which tokenizer classes cut texts.</summary>
internal enum FamilyKind
{
    /// <summary>SentencePiece with a space before the text.</summary>
    Llama,

    /// <summary>SentencePiece as the file has it.</summary>
    Gemma,

    /// <summary>SentencePiece's unigram with an end, and sentinels behind its pieces.</summary>
    T5,

    /// <summary>Bytes of words, as GPT-2 cuts them.</summary>
    Gpt2,

    /// <summary>Bytes of composed words, each digit by itself.</summary>
    Qwen2,

    /// <summary>As GPT-2, between a begin and an end.</summary>
    Roberta,

    /// <summary>Words and their continuations.</summary>
    Bert,
}
