using Microsoft.ML.SimPO.Checkpoints.Gguf;
using Microsoft.ML.SimPO.Text.Gguf;

namespace Microsoft.ML.SimPO.Models.Gguf;

/// <summary>A row of <see cref="GgufFamilies"/>: how a family is told in a GGUF file.</summary>
/// <param name="Architecture"><c>general.architecture</c>.</param>
/// <param name="ModelType"><c>model_type</c> of the configuration that a file is read as.</param>
/// <param name="ClassName">Of Hugging Face, which that configuration names.</param>
/// <param name="Write">The keys of the family.</param>
internal sealed record GgufFamily(string Architecture, string ModelType, string ClassName, Action<GgufModelKeys> Write)
{
    /// <summary>Other model types that are written as this one.</summary>
    public IReadOnlyList<string> Others { get; init; } = [];

    /// <summary>Rows of queries and keys that are turned with each other stand beside each other.</summary>
    public bool TurnsPairs { get; init; }

    /// <summary>What is done with the tokenizer.</summary>
    public GgufTokenizerRules Tokenizer { get; init; }

    /// <summary>What its fields beside those of all families are read from.</summary>
    public Action<GgufConfigReader>? Read { get; init; }
}
