using static TorchSharp.torch;

namespace Microsoft.ML.SimPO;

/// <summary>A model that several fits begin with: read from its folder once, and freed when it is disposed. Thread safe.</summary>
internal sealed class BaseModel(string path, Device device) : IDisposable
{
    private readonly Lazy<LanguageModel> _model = new(() => LanguageModel.Load(path, device));

    /// <summary>A model of its own with these weights; it belongs to the caller.</summary>
    public LanguageModel Lend() => _model.Value.Copy();

    public void Dispose()
    {
        if (_model.IsValueCreated) _model.Value.Dispose();
    }
}
