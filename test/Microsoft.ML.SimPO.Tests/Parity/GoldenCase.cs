using Xunit.Abstractions;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>One case of the golden files: a folder or a file below <c>ROOT/KIND/</c>.</summary>
public sealed class GoldenCase : IXunitSerializable
{
    /// <summary>For the runner, which fills it in again.</summary>
    public GoldenCase()
    {
    }

    public GoldenCase(string root, string kind, string name) => (Root, Kind, Name) = (root, kind, name);

    public string Root { get; private set; } = "";

    /// <summary>models, tokenizers, templates, preprocessing, training or data.</summary>
    public string Kind { get; private set; } = "";

    public string Name { get; private set; } = "";

    public string Path => System.IO.Path.Combine(Root, Kind, Name);

    public string File(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>A file or folder that the case needs, of its own root or else of the first that has it; null where none does.</summary>
    public string? Find(params string[] parts) =>
        GoldenCases.Roots.Prepend(Root).Select(root => System.IO.Path.Combine([root, .. parts])).FirstOrDefault(System.IO.Path.Exists);

    public void Deserialize(IXunitSerializationInfo info)
    {
        Root = info.GetValue<string>(nameof(Root));
        Kind = info.GetValue<string>(nameof(Kind));
        Name = info.GetValue<string>(nameof(Name));
    }

    public void Serialize(IXunitSerializationInfo info)
    {
        info.AddValue(nameof(Root), Root);
        info.AddValue(nameof(Kind), Kind);
        info.AddValue(nameof(Name), Name);
    }

    public override string ToString() => $"{new DirectoryInfo(Root).Name}/{Kind}/{Name}";
}
