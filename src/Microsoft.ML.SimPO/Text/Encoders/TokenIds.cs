using System.Collections;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>Token ids one after the other: an array of their own, or a part of one that holds those of many pairs.</summary>
[CollectionBuilder(typeof(TokenIds), nameof(Of))]
internal readonly struct TokenIds : IReadOnlyList<int>
{
    private readonly int[]? _array;
    private readonly int _start;

    /// <param name="array">Holds the ids; it is not written to again where they stand.</param>
    /// <param name="start">Place of the first.</param>
    /// <param name="length">How many.</param>
    public TokenIds(int[] array, int start, int length) => (_array, _start, Length) = (array, start, length);

    public int Length { get; }

    public ReadOnlySpan<int> Span => _array.AsSpan(_start, Length);

    int IReadOnlyCollection<int>.Count => Length;

    public int this[int index] => Span[index];

    public static implicit operator TokenIds(int[] ids) => new(ids, 0, ids.Length);

    public static TokenIds Of(ReadOnlySpan<int> ids) => ids.ToArray();

    /// <summary>A part, without a copy; what a range in brackets asks for.</summary>
    public TokenIds Slice(int start, int length)
    {
        _ = Span.Slice(start, length);
        return new TokenIds(_array!, _start + start, length);
    }

    public IEnumerator<int> GetEnumerator()
    {
        for (int i = 0; i < Length; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
