using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>
/// The prediction engines that were made of a transformer and have not ended. By default each disposes the transformer when it ends, as if that were its own
/// alone; a pool that lets go of one engine of many would take the model from all others.
/// </summary>
/// <remarks>
/// An engine calls what <c>using</c>, chains and containers call, and nothing but the stack tells them apart. An engine's method that was compiled into its
/// caller is not on the stack, but it is only where that was seen to end engines while it ran as it is written. So what was on the stack when engines ended is
/// kept, and a call by one of these methods is that of an engine, as long as there are engines that have not ended. A program that ends engines and, by
/// <c>using</c>, the model in one method, and has others of its engines left, keeps the model until its last reference is gone.
/// </remarks>
internal sealed class PredictionEngines
{
    /// <summary>A method is compiled into another one, and that into the next, no deeper than this.</summary>
    private const int Deepest = 32;

    /// <summary>What was on the stack when an engine ended, by module and token.</summary>
    private static readonly ConcurrentDictionary<(Guid Module, int Token), bool> Callers = new();

    private int _left;

    /// <summary>One was made.</summary>
    public void Add() => Interlocked.Increment(ref _left);

    /// <summary>Whether it is one of them that disposes the transformer. Its end is counted.</summary>
    public bool IsOneEnding()
    {
        MethodBase?[] stack = [.. new StackTrace(fNeedFileInfo: false).GetFrames().Select(f => f.GetMethod()).SkipWhile(IsOf<PredictionEngines>)];
        int engine = Array.FindIndex(stack, IsEngines);
        if (engine < 0) return MayHoldAnEngines(stack.SkipWhile(IsOf<PredictionEngineOptions>).FirstOrDefault()) && Take();
        foreach (MethodBase? method in stack.Take(engine + Deepest))
        {
            if (Key(method) is { } key) Callers[key] = true;
        }
        Take();
        return true;
    }

    /// <summary>Whether the end of an engine may have been compiled into a method.</summary>
    private static bool MayHoldAnEngines(MethodBase? method) => Key(method) is { } key && Callers.ContainsKey(key);

    private static bool IsEngines(MethodBase? method) => method is { Name: nameof(IDisposable.Dispose), DeclaringType: { IsGenericType: true } type }
        && type.GetGenericTypeDefinition() == typeof(PredictionEngineBase<,>);

    /// <summary>Whether a method is of the same assembly as a type; a chain that disposes what it is made of is of ML.NET's.</summary>
    private static bool IsOf<T>(MethodBase? method) => method?.DeclaringType?.Assembly == typeof(T).Assembly;

    /// <summary>Null of code that is made at run time.</summary>
    private static (Guid Module, int Token)? Key(MethodBase? method) =>
        method?.DeclaringType is null || method.Module.Assembly.IsDynamic ? null : (method.Module.ModuleVersionId, method.MetadataToken);

    private bool Take()
    {
        while (Volatile.Read(ref _left) is > 0 and int left)
        {
            if (Interlocked.CompareExchange(ref _left, left - 1, left) == left) return true;
        }
        return false;
    }
}
