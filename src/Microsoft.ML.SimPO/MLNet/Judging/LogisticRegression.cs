namespace Microsoft.ML.SimPO;

/// <summary>
/// Logistic regression of shares between 0 and 1, by Newton's method: the weights w that maximise the sum of y log sigma(w x) + (1 - y) log(1 - sigma(w x)).
/// </summary>
internal static class LogisticRegression
{
    private const int MaxSteps = 100;

    /// <summary>Of half the square of each weight: nothing beside the data, but where these can be parted without an error it keeps weights finite.</summary>
    private const double Ridge = 1e-6;

    private const double Enough = 1e-12;

    /// <param name="features">[rows, features]</param>
    /// <param name="shares">Of each row.</param>
    public static double[] Fit(double[][] features, double[] shares)
    {
        int count = features[0].Length;
        double[] weights = new double[count];
        double value = Value(features, shares, weights);
        for (int step = 0; step < MaxSteps; step++)
        {
            double[] gradient = [.. weights.Select(w => -Ridge * w)];
            double[,] curvature = new double[count, count];
            for (int j = 0; j < count; j++) curvature[j, j] = Ridge;
            for (int i = 0; i < features.Length; i++)
            {
                double p = Sigmoid(Dot(features[i], weights));
                for (int j = 0; j < count; j++)
                {
                    gradient[j] += (shares[i] - p) * features[i][j];
                    for (int k = 0; k < count; k++) curvature[j, k] += p * (1 - p) * features[i][j] * features[i][k];
                }
            }
            double[] direction = Solve(curvature, gradient);
            double size = 1, found = value;
            double[] next = weights;
            for (; size > Enough; size /= 2) // a whole step may go too far where the curve is flat
            {
                next = [.. weights.Select((w, j) => w + (size * direction[j]))];
                found = Value(features, shares, next);
                if (found >= value) break;
            }
            if (size <= Enough || found - value <= Enough * Math.Abs(value)) return found >= value ? next : weights;
            (weights, value) = (next, found);
        }
        return weights;
    }

    public static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));

    public static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    private static double Value(double[][] features, double[] shares, double[] weights)
    {
        double sum = -Ridge / 2 * Dot(weights, weights);
        for (int i = 0; i < features.Length; i++)
        {
            double x = Dot(features[i], weights);
            sum += (shares[i] * x) - Math.Max(0, x) - Math.Log(1 + Math.Exp(-Math.Abs(x))); // y x - log(1 + e^x)
        }
        return sum;
    }

    /// <summary>Gauss's elimination; the matrix has no direction without curvature, for the ridge is in it.</summary>
    private static double[] Solve(double[,] matrix, double[] right)
    {
        int n = right.Length;
        double[] solution = [.. right];
        for (int column = 0; column < n; column++)
        {
            int pivot = Enumerable.Range(column, n - column).MaxBy(r => Math.Abs(matrix[r, column]));
            for (int k = 0; k < n; k++) (matrix[column, k], matrix[pivot, k]) = (matrix[pivot, k], matrix[column, k]);
            (solution[column], solution[pivot]) = (solution[pivot], solution[column]);
            for (int row = 0; row < n; row++)
            {
                if (row == column) continue;
                double factor = matrix[row, column] / matrix[column, column];
                for (int k = column; k < n; k++) matrix[row, k] -= factor * matrix[column, k];
                solution[row] -= factor * solution[column];
            }
        }
        for (int i = 0; i < n; i++) solution[i] /= matrix[i, i];
        return solution;
    }
}
