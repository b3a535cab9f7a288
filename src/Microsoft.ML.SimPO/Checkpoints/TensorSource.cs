using System.Globalization;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>A tensor to be written. Its values are asked for when its turn comes, so no more than one need be in memory.</summary>
internal sealed class TensorSource
{
    /// <param name="name">Its name in the checkpoint.</param>
    /// <param name="shape">Its sizes, row-major; none for a scalar.</param>
    /// <param name="write">Hands all its values, in order, to the sink, in one piece or several; called once, on the thread that writes.</param>
    /// <exception cref="ArgumentException">The name is empty or reserved, or a size is negative or their product too large.</exception>
    public TensorSource(string name, IReadOnlyList<long> shape, Action<TensorSink> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name == SafetensorsHeader.MetadataName) throw new ArgumentException($"The name '{name}' is reserved by the file format.", nameof(name));
        long count = 1;
        foreach (long size in shape)
        {
            if (size < 0 || (size > 0 && count > long.MaxValue / sizeof(double) / size))
                throw new ArgumentException($"Tensor '{name}' cannot have shape {Faults.Describe([.. shape])}.", nameof(shape));
            count *= size;
        }
        (Name, Shape, Count, Write) = (name, [.. shape], count, write);
    }

    public string Name { get; }

    public IReadOnlyList<long> Shape { get; }

    /// <summary>The number of elements.</summary>
    public long Count { get; }

    public Action<TensorSink> Write { get; }

    /// <summary>The type that it is written in whatever that of the file is, for a tensor that is copied as it stands; null for the file's.</summary>
    public CheckpointType? OwnType { get; private init; }

    /// <summary>A tensor of another checkpoint, which is copied byte for byte. The reader is open until it is written.</summary>
    public static TensorSource Copy(CheckpointReader reader, TensorEntry entry) =>
        new(entry.Name, entry.Shape, sink => sink.Copy(reader, entry)) { OwnType = entry.Type };

    /// <summary>A tensor whose values lie at an address until they are written.</summary>
    public static unsafe TensorSource FromPointer(string name, IReadOnlyList<long> shape, float* values)
    {
        long count = 1;
        foreach (long size in shape) count *= size;
        return new TensorSource(name, shape, sink => sink.Write(values, count));
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} {Faults.Describe([.. Shape])}");
}
