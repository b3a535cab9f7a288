using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Text.Tokenization.Files;

namespace Microsoft.ML.SimPO.Text.Tokenization.Conversion;

/// <summary>What a vocabulary is made a tokenizer.json of, and what is to be said of it.</summary>
/// <param name="files">All files of the model.</param>
/// <param name="config">tokenizer_config.json, where there is one.</param>
/// <param name="file">The name of the vocabulary.</param>
internal sealed class TokenizerConversion(ModelFiles files, JsonSection? config, string file)
{
    public ModelFiles Files => files;

    /// <summary>The name of the vocabulary.</summary>
    public string File => file;

    /// <summary>What it is called in messages.</summary>
    public string Path => files.PathOf(file);

    public byte[] Content => files.Get(file);

    public List<string> Remarks { get; } = [];

    /// <summary>The family that the configurations name; null for none that is known.</summary>
    public TokenizerFamily? Family { get; } = TokenizerFamily.Of(files, config);

    /// <summary>The family that the configurations name, or else another, which is said.</summary>
    public TokenizerFamily FamilyOr(TokenizerFamily other)
    {
        if (Family is { } family) return family;
        Remarks.Add($"No tokenizer class that is known is named beside {file}: it is read as one of the kind {other.Kind}.");
        return other;
    }

    /// <summary>What the configurations say of tokens, with those of the family where they are silent.</summary>
    public ConfiguredTokens Tokens(IReadOnlyDictionary<string, string> roles) => ConfiguredTokens.Read(files, config, roles);

    public bool Flag(string name, bool otherwise) => config?.Flag(name, otherwise) ?? otherwise;

    public bool? Flag(string name) => config?.Optional(name)?.Flag();

    public int? Number(string name, int most) => config?.Optional(name)?.Integer(0, most);

    /// <exception cref="InvalidDataException">It has as many pieces as there may be, and more.</exception>
    public void CheckRoom(int count)
    {
        if (count >= TokenModelReader.MaxTokens) throw Fault($"expected at most {TokenModelReader.MaxTokens} pieces, found more.");
    }

    public InvalidDataException Fault(string what) => new($"{Path}: {what}");
}
