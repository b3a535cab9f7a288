using System.Globalization;
using System.Runtime.InteropServices;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Takes the values of one tensor after another and writes them in the type of the file.</summary>
internal unsafe class TensorSink : IDisposable
{
    private const int BlockElements = 1 << 18;

    private readonly Stream _stream;
    private readonly RoundingCount? _rounding;
    private ushort* _block;
    private TensorSource? _tensor;
    private long _begin;

    internal TensorSink(Stream stream, CheckpointType type, RoundingCount? rounding, CancellationToken cancellationToken)
    {
        (_stream, _rounding, Cancellation) = (stream, rounding, cancellationToken);
        if (type == CheckpointType.BFloat16) _block = (ushort*)NativeMemory.AlignedAlloc(BlockElements * sizeof(ushort), 64);
    }

    /// <summary>Values written since the sink was made.</summary>
    internal long Written { get; private protected set; }

    /// <summary>Ends the work.</summary>
    private protected CancellationToken Cancellation { get; }

    /// <summary>Has a tensor write itself.</summary>
    /// <exception cref="InvalidOperationException">It wrote more or fewer values than its shape says.</exception>
    internal void Write(TensorSource tensor)
    {
        (_tensor, _begin) = (tensor, Written);
        tensor.Write(this);
        if (Written - _begin != tensor.Count)
            throw new InvalidOperationException(
                string.Create(CultureInfo.InvariantCulture, $"Tensor {tensor} has {tensor.Count} values, but {Written - _begin} were written."));
    }

    /// <summary>Writes the next values of the tensor.</summary>
    /// <param name="values">Address of the first, on this machine's processor.</param>
    /// <param name="count">Their number.</param>
    public virtual void Write(float* values, long count)
    {
        for (long done = 0; done < count;)
        {
            Cancellation.ThrowIfCancellationRequested();
            int block = (int)Math.Min(BlockElements, count - done);
            if (_block is null) _stream.Write(new ReadOnlySpan<byte>(values + done, block * sizeof(float)));
            else
            {
                FloatConversion.ToBFloat16(values + done, _block, block);
                _stream.Write(new ReadOnlySpan<byte>(_block, block * sizeof(ushort)));
                _rounding?.Add(_tensor!, Written - _begin, values + done, _block, block);
            }
            done += block;
            Written += block;
        }
    }

    /// <summary>Writes the next values of the tensor.</summary>
    public void Write(ReadOnlySpan<float> values)
    {
        fixed (float* first = values) Write(first, values.Length);
    }

    /// <summary>Writes all of the tensor as another checkpoint has it.</summary>
    internal void Copy(CheckpointReader reader, TensorEntry entry)
    {
        byte[] bytes = new byte[(int)Math.Min(entry.ByteLength, BlockElements * sizeof(float))];
        fixed (byte* block = bytes)
            for (long done = 0; done < entry.ByteLength; done += bytes.Length)
            {
                Cancellation.ThrowIfCancellationRequested();
                int count = (int)Math.Min(bytes.Length, entry.ByteLength - done);
                reader.ReadRaw(entry, done, block, count);
                _stream.Write(new ReadOnlySpan<byte>(block, count));
            }
        Written += entry.Count;
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        NativeMemory.AlignedFree(_block);
        _block = null;
    }
}
