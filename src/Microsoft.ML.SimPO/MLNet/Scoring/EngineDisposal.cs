using System.Diagnostics;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Whether it is a prediction engine that disposes a transformer. By default each engine does so when it ends, as if the transformer were its own alone; a pool
/// that lets go of one engine of many would take the model from all others.
/// </summary>
internal static class EngineDisposal
{
    /// <summary>Looked up in the stack, for the engine gives no other sign. Called once in the life of a model.</summary>
    public static bool IsUnderWay() => new StackTrace(1, fNeedFileInfo: false).GetFrames().Any(frame =>
        frame.GetMethod()?.DeclaringType is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(PredictionEngineBase<,>));
}
