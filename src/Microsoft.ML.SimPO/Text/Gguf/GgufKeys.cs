namespace Microsoft.ML.SimPO.Text.Gguf;

/// <summary>Keys of a GGUF file that a tokenizer is described by.</summary>
internal static class GgufKeys
{
    public const string Architecture = "general.architecture";

    /// <summary>What the keys of the tokenizer begin with.</summary>
    public const string Tokenizer = "tokenizer.ggml.";

    public const string Model = Tokenizer + "model";

    public const string PreTokenizer = Tokenizer + "pre";

    public const string Tokens = Tokenizer + "tokens";

    public const string TokenTypes = Tokenizer + "token_type";

    public const string Scores = Tokenizer + "scores";

    public const string Merges = Tokenizer + "merges";

    public const string AddsPrefix = Tokenizer + "add_space_prefix";

    public const string ChatTemplate = "tokenizer.chat_template";

    /// <summary>Whether a text gets the token of a role: <c>bos</c>, <c>eos</c>, <c>sep</c>.</summary>
    public static string Adds(string role) => $"{Tokenizer}add_{role}_token";
}
