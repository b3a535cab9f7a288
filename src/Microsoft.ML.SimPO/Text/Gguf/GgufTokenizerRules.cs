namespace Microsoft.ML.SimPO.Text.Gguf;

/// <summary>What llama.cpp's converter does with the tokenizer of a family.</summary>
/// <param name="ReadsPrefix">It writes whether a space is put before a text, where tokenizer_config.json says.</param>
/// <param name="NeverPrefix">It writes that none is.</param>
/// <param name="AddedAsTheyAre">Added tokens are what they are called, whatever they look like.</param>
internal readonly record struct GgufTokenizerRules(bool ReadsPrefix = false, bool NeverPrefix = false, bool AddedAsTheyAre = false);
