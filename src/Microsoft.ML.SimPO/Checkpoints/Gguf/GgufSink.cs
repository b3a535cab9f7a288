using Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;

namespace Microsoft.ML.SimPO.Checkpoints.Gguf;

/// <summary>Takes the values of one tensor after another and writes them as a GGUF file has them. Holds no more than a block, or a head.</summary>
internal sealed unsafe class GgufSink(Stream stream, CancellationToken cancellationToken)
    : TensorSink(stream, CheckpointType.Float32, null, cancellationToken)
{
    private const int BlockElements = 1 << 16;

    private readonly Stream _stream = stream;
    private GgufOutput _output = null!;
    private float[] _values = [], _turned = [];
    private byte[] _bytes = [];
    private int _filled, _unit;

    /// <summary>Has a tensor write itself.</summary>
    /// <exception cref="InvalidOperationException">It wrote more or fewer values than its shape says.</exception>
    public void Write(GgufOutput output)
    {
        (_output, _filled) = (output, 0);
        _unit = output.Heads > 0 ? checked((int)(output.HeadRows * output.RowLength)) : BlockElements;
        if (_values.Length < _unit) _values = new float[_unit];
        if (output.Heads > 0 && _turned.Length < _unit) _turned = new float[_unit];
        base.Write(output.Source);
        if (_filled > 0) Flush();
    }

    public override void Write(float* values, long count)
    {
        for (long done = 0; done < count;)
        {
            Cancellation.ThrowIfCancellationRequested();
            int some = (int)Math.Min(_unit - _filled, count - done);
            new ReadOnlySpan<float>(values + done, some).CopyTo(_values.AsSpan(_filled));
            done += some;
            Written += some;
            if ((_filled += some) == _unit) Flush();
        }
    }

    private void Flush()
    {
        Span<float> values = _values.AsSpan(0, _filled);
        _filled = 0;
        if (_output.AddsOne)
            for (int i = 0; i < values.Length; i++) values[i] += 1;
        if (_output.Heads > 0) values = Turned(values);
        BlockCodec codec = _output.Codec;
        int bytes = values.Length / codec.Elements * codec.Bytes;
        if (_bytes.Length < bytes) _bytes = new byte[bytes];
        codec.Encode(values, _bytes.AsSpan(0, bytes));
        _stream.Write(_bytes, 0, bytes);
    }

    /// <summary>Rows j and j + d/2 of a head beside each other.</summary>
    private Span<float> Turned(ReadOnlySpan<float> head)
    {
        int row = (int)_output.RowLength, half = head.Length / row / 2;
        for (int j = 0; j < half; j++)
        {
            head.Slice(j * row, row).CopyTo(_turned.AsSpan(2 * j * row));
            head.Slice((j + half) * row, row).CopyTo(_turned.AsSpan(((2 * j) + 1) * row));
        }
        return _turned.AsSpan(0, head.Length);
    }
}
