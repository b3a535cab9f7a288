using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Native;

/// <summary>
/// Products of matrices, each by the library that is the fastest for its size on this processor: a rule of processor and size, not of a clock, so that a run
/// repeats to the bit.
/// </summary>
internal static class MatrixProducts
{
    /// <summary>Forces a library: <c>mkl</c> or <c>onednn</c>.</summary>
    public const string Variable = "SIMPO_MATRIX_PRODUCTS";

    /// <summary>
    /// A call of oneDNN's costs 10 microseconds more than MKL's, and a shape that it has not met yet half a millisecond; layer after layer meets it again.
    /// </summary>
    private const double LeastOperations = 50e6;

    /// <summary>
    /// Batches, which attention has, come in a new shape with every length of a sequence: what oneDNN makes for a shape, and keeps, must pay for itself.
    /// </summary>
    private const double LeastBatchOperations = 200e6;

    /// <summary>
    /// Thin products, as of an adapter's rank or of an expert's few rows, leave little to win, and small models meet a new shape too often for what their
    /// products take.
    /// </summary>
    private const long LeastSize = 256;

    /// <summary>The same of batches, whose inner size may be that of a head.</summary>
    private const long LeastBatchSize = 48;

    private static readonly Lazy<MatrixLibrary> Chosen = new(() => Choose(Environment.GetEnvironmentVariable(Variable)));

    /// <summary>Who computes the large ones.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Variable"/> says what is not there.</exception>
    public static MatrixLibrary Library => Chosen.Value;

    /// <summary>a b + bias, in new memory.</summary>
    /// <param name="a">[M, K]</param>
    /// <param name="b">[K, N]</param>
    /// <param name="bias">[N]; null for none.</param>
    /// <returns>[M, N] of the same type</returns>
    public static Tensor Of(Tensor a, Tensor b, Tensor? bias = null)
    {
        if (!IsLarge(a, b)) return bias is null ? mm(a, b) : addmm(bias, a, b, beta: 1, alpha: 1);
        Tensor result = empty(a.shape[0], b.shape[1], dtype: float32, device: a.device); // [M, N]
        return bias is null ? Into(result, a, b) : Add(result.copy_(bias), a, b);
    }

    /// <summary>a b, in place of what <paramref name="result"/> holds.</summary>
    /// <returns><paramref name="result"/></returns>
    public static Tensor Into(Tensor result, Tensor a, Tensor b)
    {
        if (!IsLarge(a, b) || !result.is_contiguous()) return result.addmm_(a, b, beta: 0, alpha: 1);
        OneDnn.Product(a, b, result, adds: false);
        return result;
    }

    /// <summary>Adds scaling a b.</summary>
    /// <returns><paramref name="sum"/></returns>
    public static Tensor Add(Tensor sum, Tensor a, Tensor b, float scaling = 1)
    {
        if (scaling != 1 || !IsLarge(a, b) || !sum.is_contiguous()) return sum.addmm_(a, b, beta: 1, alpha: scaling);
        OneDnn.Product(a, b, sum, adds: true);
        return sum;
    }

    /// <summary>Products of as many pairs of matrices, in new memory.</summary>
    /// <param name="a">[B, M, K]</param>
    /// <param name="b">[B, K, N]</param>
    /// <returns>[B, M, N] of the same type</returns>
    public static Tensor Batched(Tensor a, Tensor b)
    {
        if (!AreLarge(a, b)) return bmm(a, b);
        Tensor result = empty(a.shape[0], a.shape[1], b.shape[2], dtype: float32, device: a.device); // [B, M, N]
        OneDnn.Product(a, b, result, adds: false);
        return result;
    }

    /// <summary>What a library calls itself.</summary>
    public static string NameOf(MatrixLibrary library) => library == MatrixLibrary.OneDnn ? "oneDNN" : "MKL";

    /// <summary>What a value of <see cref="Variable"/> means.</summary>
    /// <param name="wanted">Null or empty: the faster one.</param>
    internal static MatrixLibrary Choose(string? wanted) => wanted?.ToLowerInvariant() switch
    {
        null or "" => OneDnn.IsFaster && OneDnn.Missing is null ? MatrixLibrary.OneDnn : MatrixLibrary.Mkl,
        "mkl" => MatrixLibrary.Mkl,
        "onednn" when OneDnn.Missing is not { } reason => MatrixLibrary.OneDnn,
        "onednn" => throw new InvalidOperationException($"{Variable} asks for oneDNN's products, but {OneDnn.Missing}. Unset it, or set it to mkl."),
        _ => throw new InvalidOperationException($"{Variable} must be mkl or onednn, but was '{wanted}'. Unset it to have the faster one chosen."),
    };

    /// <summary>Whether oneDNN takes the product of two matrices of float32 on the CPU as they lie, and is the faster one.</summary>
    public static bool IsLarge(Tensor a, Tensor b)
    {
        if (Library != MatrixLibrary.OneDnn || a.dtype != float32 || b.dtype != float32 || a.device.type != DeviceType.CPU) return false;
        long[] left = a.shape, right = b.shape;
        long rows = left[0], inner = left[1], columns = right[1];
        return 2.0 * rows * inner * columns >= LeastOperations && Math.Min(Math.Min(rows, inner), columns) >= LeastSize
            && HasNoGaps(a.stride(), left) && HasNoGaps(b.stride(), right);
    }

    /// <summary>The same of batches, all of whose products together count.</summary>
    private static bool AreLarge(Tensor a, Tensor b)
    {
        if (Library != MatrixLibrary.OneDnn || a.dtype != float32 || b.dtype != float32 || a.device.type != DeviceType.CPU) return false;
        long[] left = a.shape, right = b.shape;
        if (2.0 * left[0] * left[1] * left[2] * right[2] < LeastBatchOperations || Math.Min(Math.Min(left[1], left[2]), right[2]) < LeastBatchSize)
            return false;
        return HasNoGaps(a.stride(), left) && HasNoGaps(b.stride(), right);
    }

    /// <summary>Whether matrices lie one behind the other, each row by row, or each column by column.</summary>
    private static bool HasNoGaps(long[] strides, long[] shape)
    {
        long rows = shape[^2], columns = shape[^1];
        bool isOne = (strides[^1] == 1 && strides[^2] == columns) || (strides[^2] == 1 && strides[^1] == rows);
        return isOne && (shape.Length == 2 || strides[0] == rows * columns);
    }
}
