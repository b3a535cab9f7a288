using System.Buffers;

namespace Microsoft.ML.SimPO.Text.Tokenization.TokenModels;

/// <summary>Numbers of which the least comes out first: a heap whose nodes have four children, since these lie next to each other in memory.</summary>
internal sealed class MergeQueue(int capacity) : IDisposable
{
    private const int Children = 4;

    private ulong[] _keys = ArrayPool<ulong>.Shared.Rent(Math.Max(capacity, 1));
    private int _count;

    /// <summary>How many numbers were moved so far: what the queue costs.</summary>
    public long Moves { get; private set; }

    /// <summary>Adds a number where it lies; <see cref="Order"/> must follow before anything else.</summary>
    public void Append(ulong key)
    {
        if (_count == _keys.Length) Grow();
        _keys[_count++] = key;
    }

    /// <summary>Orders what was appended, in linear time.</summary>
    public void Order()
    {
        for (int i = (_count - 2) / Children; i >= 0 && _count > 1; i--) Sink(i, _keys[i]);
    }

    public void Add(ulong key)
    {
        if (_count == _keys.Length) Grow();
        int at = _count++;
        while (at > 0)
        {
            int parent = (at - 1) / Children;
            if (_keys[parent] <= key) break;
            _keys[at] = _keys[parent];
            at = parent;
            Moves++;
        }
        _keys[at] = key;
    }

    public bool TryTake(out ulong least)
    {
        least = _count == 0 ? 0 : _keys[0];
        if (_count == 0) return false;
        ulong last = _keys[--_count];
        if (_count > 0) Sink(0, last);
        return true;
    }

    public void Dispose()
    {
        ArrayPool<ulong>.Shared.Return(_keys);
        _keys = [];
    }

    /// <summary>Puts a number at a place or below it.</summary>
    private void Sink(int at, ulong key)
    {
        Span<ulong> keys = _keys.AsSpan(0, _count);
        while (true)
        {
            int first = at * Children + 1;
            if (first >= keys.Length) break;
            int least = first;
            for (int child = first + 1; child < Math.Min(first + Children, keys.Length); child++)
                if (keys[child] < keys[least]) least = child;
            if (keys[least] >= key) break;
            keys[at] = keys[least];
            at = least;
            Moves++;
        }
        keys[at] = key;
    }

    private void Grow()
    {
        ulong[] larger = ArrayPool<ulong>.Shared.Rent(_keys.Length * 2);
        _keys.AsSpan(0, _count).CopyTo(larger);
        ArrayPool<ulong>.Shared.Return(_keys);
        _keys = larger;
    }
}
