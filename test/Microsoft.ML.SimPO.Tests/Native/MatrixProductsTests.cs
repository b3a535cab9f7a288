using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Native;

public sealed class MatrixProductsTests
{
    private const int Rows = 400, Inner = 300, Columns = 500; // 120 million operations: a large product

    [Fact]
    public void Either_library_is_forced_by_name() => Assert.Equal(MatrixLibrary.Mkl, MatrixProducts.Choose("MKL"));

    [Fact]
    public void Unset_is_the_faster_one_that_is_there() =>
        Assert.Equal(OneDnn.IsFaster && OneDnn.Missing is null ? MatrixLibrary.OneDnn : MatrixLibrary.Mkl, MatrixProducts.Choose(""));

    [Fact]
    public void An_unknown_name_is_refused()
    {
        var refused = Assert.Throws<InvalidOperationException>(() => MatrixProducts.Choose("blas"));
        Assert.Equal("SIMPO_MATRIX_PRODUCTS must be mkl or onednn, but was 'blas'. Unset it to have the faster one chosen.", refused.Message);
    }

    [Fact]
    public void A_library_that_is_not_there_is_refused_with_its_reason()
    {
        if (OneDnn.Missing is not { } reason)
        {
            Assert.Equal(MatrixLibrary.OneDnn, MatrixProducts.Choose("onednn"));
            return;
        }
        var refused = Assert.Throws<InvalidOperationException>(() => MatrixProducts.Choose("onednn"));
        Assert.Equal($"SIMPO_MATRIX_PRODUCTS asks for oneDNN's products, but {reason}. Unset it, or set it to mkl.", refused.Message);
    }

    /// <summary>Small whole numbers: every sum is exact in float32, whoever adds it up in which order.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Products_are_exact_in_every_layout(bool isLeftTransposed, bool isRightTransposed)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor a = Numbers(Rows, Inner, 1, isLeftTransposed), b = Numbers(Inner, Columns, 2, isRightTransposed), bias = Numbers(1, Columns, 3, false)[0];
        Tensor expected = mm(a.to(float64), b.to(float64)).to(float32);
        Assert.True(Same(expected, MatrixProducts.Of(a, b)));
        Assert.True(Same(expected + bias, MatrixProducts.Of(a, b, bias)));
        Tensor result = full([Rows, Columns], float.NaN, dtype: float32);
        Assert.True(Same(expected, MatrixProducts.Into(result, a, b)));
        Assert.True(Same(expected * 2, MatrixProducts.Add(result, a, b)));
        Assert.True(Same(expected * 4, MatrixProducts.Add(result, a, b, scaling: 2)));
    }

    /// <summary>Columns of a wider matrix, and a result with gaps: what no other library takes as it lies.</summary>
    [Fact]
    public void Matrices_with_gaps_are_multiplied_too()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor a = Numbers(Rows, 2 * Inner, 1, false).narrow(1, Inner, Inner), b = Numbers(Inner, Columns, 2, false);
        Tensor wide = zeros([Rows, 2 * Columns], float32), result = wide.narrow(1, 0, Columns);
        Tensor expected = mm(a.to(float64), b.to(float64)).to(float32);
        Assert.True(Same(expected, MatrixProducts.Into(result, a, b)));
        Assert.Equal(0, wide.narrow(1, Columns, Columns).abs().max().item<float>());
    }

    private static Tensor Numbers(long rows, long columns, int seed, bool isTransposed)
    {
        var random = new Random(seed);
        (long first, long second) = isTransposed ? (columns, rows) : (rows, columns);
        float[] values = [.. Enumerable.Range(0, (int)(rows * columns)).Select(_ => (float)random.Next(-8, 9))];
        Tensor numbers = tensor(values, [first, second]);
        return isTransposed ? numbers.t() : numbers;
    }

    private static bool Same(Tensor expected, Tensor found) => expected.eq(found).all().item<bool>();
}
