using System.Runtime.InteropServices;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Attention;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Generation.Cpu;

/// <summary>The keys and values of one sequence. Its memory grows with it, page by page.</summary>
internal sealed unsafe class SequenceCache(DecoderArchitecture architecture) : IKeyValueSink, IDisposable
{
    private readonly List<CachePage> _pages = [];

    /// <summary>Tokens whose keys and values are here.</summary>
    public int Length { get; private set; }

    public CachePage Page(int position) => _pages[position / CachePage.Positions];

    /// <summary>Makes room for tokens behind the others; whoever calls it fills them in.</summary>
    public void Extend(int tokens)
    {
        Length += tokens;
        while (_pages.Count * CachePage.Positions < Length) _pages.Add(new CachePage(architecture));
    }

    /// <summary>Another sequence that begins with all tokens of this one. Full pages are shared.</summary>
    public SequenceCache Fork()
    {
        var fork = new SequenceCache(architecture) { Length = Length };
        int full = Length / CachePage.Positions;
        for (int i = 0; i < _pages.Count; i++) fork._pages.Add(i < full ? _pages[i].Share() : _pages[i].Copy());
        return fork;
    }

    public void Clear()
    {
        foreach (CachePage page in _pages) page.Dispose();
        _pages.Clear();
        Length = 0;
    }

    public void Dispose() => Clear();

    /// <summary>Fills in all tokens of a layer, which must be those of a batch with this sequence alone.</summary>
    public void Take(int layer, Tensor keys, Tensor values)
    {
        Store(keys, (page, head) => (nint)page.Keys(layer, head));
        Store(values, (page, head) => (nint)page.Values(layer, head));
    }

    private void Store(Tensor tokens, Func<CachePage, int, nint> place)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor byHead = tokens.transpose(0, 1).contiguous(); // [keyValueHeads, tokens, headDim]
        int size = CachePage.Positions * architecture.HeadDim, all = Length * architecture.HeadDim;
        for (int head = 0; head < architecture.KeyValueHeadCount; head++)
        {
            using Tensor row = byHead[head];
            ReadOnlySpan<float> source = MemoryMarshal.Cast<byte, float>(row.bytes);
            for (int i = 0; i < _pages.Count; i++)
            {
                int start = i * size, count = Math.Min(size, all - start);
                source.Slice(start, count).CopyTo(new Span<float>((float*)place(_pages[i], head), count));
            }
        }
    }
}
