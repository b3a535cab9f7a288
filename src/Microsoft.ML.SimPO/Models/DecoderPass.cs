using Microsoft.ML.SimPO.Models.Attention;
using Microsoft.ML.SimPO.Models.Experts;
using Microsoft.ML.SimPO.Models.Recurrent;
using Microsoft.ML.SimPO.Models.Rotary;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models;

/// <summary>One batch on its way through the layers: its rotary tables and its attention.</summary>
internal sealed class DecoderPass : IDisposable
{
    private readonly RotaryTable[] _rotaries;
    private readonly DecoderArchitecture _architecture;
    private readonly bool _ownsAttention;

    /// <param name="ownsAttention">Whether <paramref name="attention"/> is disposed with the pass.</param>
    /// <exception cref="InvalidDataException">A token has no row in the embedding.</exception>
    public DecoderPass(DecoderArchitecture architecture, TokenBatch batch, Device device, IAttention attention, bool ownsAttention)
    {
        CheckIds(batch.Ids, architecture.VocabularySize);
        (_architecture, Batch, Attention, _ownsAttention) = (architecture, batch, attention, ownsAttention);
        _rotaries = [.. architecture.Rotaries.Select(r => RotaryTable.Of(r, batch, device))];
        Ids = tensor(batch.Ids, int64, device).DetachFromDisposeScope();
        Earlier = new EarlierRows(batch, device);
    }

    public TokenBatch Batch { get; }

    public IAttention Attention { get; }

    /// <summary>[N] int64</summary>
    public Tensor Ids { get; }

    /// <summary>What balances the routers of its layers, disposed with the pass; null where nothing does.</summary>
    public RoutedRows? Routed { get; init; }

    /// <summary>What is handed on from token to token where sequences are continued; null where nothing is.</summary>
    public RecurrentStates? States { get; init; }

    /// <summary>Which rows come before each.</summary>
    public EarlierRows Earlier { get; }

    public RotaryTable? Rotary(int layer) => _architecture.Layers[layer].Rotary is { } index ? _rotaries[index] : null;

    public static DecoderPass Packed(
        DecoderArchitecture architecture, TokenBatch batch, Device device, IKeyValueSink? sink = null, RoutedRows? routed = null,
        RecurrentStates? states = null) =>
        new(architecture, batch, device, new PackedAttention(architecture, batch, device, sink), ownsAttention: true) { Routed = routed, States = states };

    /// <summary>A tokenizer may know more tokens than the model.</summary>
    private static void CheckIds(int[] ids, int rows)
    {
        int beyond = Array.FindIndex(ids, id => id < 0 || id >= rows);
        if (beyond >= 0)
            throw new InvalidDataException(FormattableString.Invariant($"Token {ids[beyond]} is beyond the model's embedding, which has {rows} rows. ")
                + "The tokenizer belongs to another model, or got tokens that the model did not.");
    }

    public void Dispose()
    {
        foreach (RotaryTable rotary in _rotaries) rotary.Dispose();
        Ids.Dispose();
        Earlier.Dispose();
        Routed?.Dispose();
        if (_ownsAttention) (Attention as IDisposable)?.Dispose();
    }
}
