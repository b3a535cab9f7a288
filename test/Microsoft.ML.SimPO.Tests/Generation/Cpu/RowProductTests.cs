using System.Runtime.Intrinsics;
using Microsoft.ML.SimPO.Generation.Cpu;

namespace Microsoft.ML.SimPO.Generation;

public class RowProductTests
{
    [Theory]
    [InlineData(64)]
    [InlineData(48)]
    [InlineData(5)]
    [InlineData(133)]
    public void Products_are_right_and_do_not_depend_on_the_other_columns(int size)
    {
        Check<Lanes128, Vector128<float>>(size);
        Check<Lanes256, Vector256<float>>(size);
        Check<Lanes512, Vector512<float>>(size);
    }

    private static unsafe void Check<TLanes, TVector>(int size)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct
    {
        const int rows = 23, columns = 11;
        var random = new Random(3);
        using FloatBuffer w = Fill(rows * size, random), x = Fill(columns * size, random), y = new(rows * columns), alone = new(rows);
        for (int count = 1; count <= columns; count++)
        {
            y.Slice(0, rows * columns).Clear();
            RowProduct<TLanes, TVector>.Multiply(w.Data, rows, x.Data, count, size, y.Data, rows);
            for (int c = 0; c < count; c++)
            {
                RowProduct<TLanes, TVector>.Multiply(w.Data, rows, x.Data + (c * size), 1, size, alone.Data, rows);
                Assert.Equal(alone.Slice(0, rows).ToArray(), y.Slice(c * rows, rows).ToArray()); // to the last bit
                for (int r = 0; r < rows; r++)
                {
                    double expected = 0;
                    for (int k = 0; k < size; k++) expected += (double)w.Data[(r * size) + k] * x.Data[(c * size) + k];
                    Assert.Equal(expected, y.Data[(c * rows) + r], 1e-5);
                }
            }
            Assert.All(y.Slice(count * rows, (columns - count) * rows).ToArray(), untouched => Assert.Equal(0, untouched));
        }
    }

    private static FloatBuffer Fill(int count, Random random)
    {
        var buffer = new FloatBuffer(count);
        foreach (ref float value in buffer.Slice(0, count)) value = (float)(random.NextDouble() - 0.5);
        return buffer;
    }
}
