using System.Runtime.InteropServices;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Takes the values of one tensor after another and writes them in the type of the file.</summary>
internal sealed unsafe class TensorSink : IDisposable
{
    private const int BlockElements = 1 << 18;

    private readonly Stream _stream;
    private readonly CheckpointType _type;
    private readonly CancellationToken _cancellationToken;
    private ushort* _block;

    internal TensorSink(Stream stream, CheckpointType type, CancellationToken cancellationToken)
    {
        (_stream, _type, _cancellationToken) = (stream, type, cancellationToken);
        if (type == CheckpointType.BFloat16) _block = (ushort*)NativeMemory.AlignedAlloc(BlockElements * sizeof(ushort), 64);
    }

    /// <summary>Values written since the sink was made.</summary>
    internal long Written { get; private set; }

    /// <summary>Writes the next values of the tensor.</summary>
    /// <param name="values">Address of the first, on this machine's processor.</param>
    /// <param name="count">Their number.</param>
    public void Write(float* values, long count)
    {
        for (long done = 0; done < count;)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            int block = (int)Math.Min(BlockElements, count - done);
            if (_block is null) _stream.Write(new ReadOnlySpan<byte>(values + done, block * sizeof(float)));
            else
            {
                FloatConversion.ToBFloat16(values + done, _block, block);
                _stream.Write(new ReadOnlySpan<byte>(_block, block * sizeof(ushort)));
            }
            done += block;
        }
        Written += count;
    }

    /// <summary>Writes the next values of the tensor.</summary>
    public void Write(ReadOnlySpan<float> values)
    {
        fixed (float* first = values) Write(first, values.Length);
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_block);
        _block = null;
    }
}
