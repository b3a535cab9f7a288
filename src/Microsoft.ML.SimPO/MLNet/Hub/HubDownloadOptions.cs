using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>What is downloaded from a hub of models and data sets, and how.</summary>
public sealed record HubDownloadOptions
{
    /// <summary>Whether a data set is meant. Default false, for a model.</summary>
    public bool IsDataset { get; init; }

    /// <summary>A branch, a tag or a commit. Default "main".</summary>
    public string Revision { get; init; } = "main";

    /// <summary>
    /// The hub's address. Null, the default, for the environment variable <c>HF_ENDPOINT</c>, or else the address that Hugging Face's libraries have.
    /// </summary>
    public Uri? Endpoint { get; init; }

    /// <summary>What the hub knows its user by. Null, the default, for the environment variable <c>HF_TOKEN</c>, or else none.</summary>
    public string? Token { get; init; }

    /// <summary>
    /// The cache. Null, the default, for that of Hugging Face's libraries: <c>HF_HUB_CACHE</c>, or <c>hub</c> in <c>HF_HOME</c>.
    /// </summary>
    public string? CachePath { get; init; }

    /// <summary>
    /// Patterns of file names, with <c>*</c> for any characters, that are left out. Default: weights in other formats than safetensors, and what no one here
    /// reads.
    /// </summary>
    public IReadOnlyList<string> Ignore { get; init; } = ["*.bin", "*.pth", "*.pt", "*.h5", "*.msgpack", "*.onnx", "*.gguf", "*.ckpt", "original/*", "*.ot"];

    /// <summary>How often a connection is tried again that was cut or turned away for a while. 0 or more; default 5.</summary>
    public int Retries { get; init; } = 5;

    /// <summary>How long to wait before the second try, and each time twice as long, where the hub does not say. Default a second.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Is told each file when it is whole, with its bytes. Null, the default, for nobody.</summary>
    public IProgress<(string File, long Bytes)>? Progress { get; init; }

    /// <summary>What is not as by default, in a line, but for the token.</summary>
    public override string ToString() => OptionsText.Of("Download", this, nameof(Token));
}
