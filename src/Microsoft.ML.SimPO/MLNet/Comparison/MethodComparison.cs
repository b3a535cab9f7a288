using Microsoft.Data.Analysis;

namespace Microsoft.ML.SimPO;

/// <summary>Methods side by side on the same data, from the same model. Dispose it to free the models, where they were kept.</summary>
public sealed partial class MethodComparison : IDisposable
{
    internal MethodComparison(IReadOnlyList<ComparedMethod> methods, double? answerTokensBefore) =>
        (Methods, AnswerTokensBefore) = (methods, answerTokensBefore);

    /// <summary>In the order in which they were named.</summary>
    public IReadOnlyList<ComparedMethod> Methods { get; }

    /// <summary>Mean length, in tokens, of the answers of the model that all began with; null where none were asked for.</summary>
    public double? AnswerTokensBefore { get; }

    /// <summary>One row a method.</summary>
    public DataFrame ToDataFrame() => ComparisonTable.ToDataFrame(this);

    /// <summary>A table for the console.</summary>
    public override string ToString() => ComparisonTable.ToText(this);

    /// <summary>Frees the models that were kept.</summary>
    public void Dispose()
    {
        foreach (ComparedMethod method in Methods) method.Model?.Dispose();
    }
}
