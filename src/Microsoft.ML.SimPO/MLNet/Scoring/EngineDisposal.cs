using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Whether it is a prediction engine that disposes a transformer. By default each engine does so when it ends, as if the transformer were its own alone; a pool
/// that lets go of one engine of many would take the model from all others.
/// </summary>
/// <remarks>
/// An engine ends its row, and then the transformer if it believes that it is its own; nothing else tells the second from whoever owns the model, disposing it
/// next. So it is looked up on the stack. The compiler may have put the engine's method into the one that calls it: then both came from the same place of that.
/// Which place it was is exact only where code is compiled once. Code that is compiled anew by what it was seen to do is moved about, and so hot that it ends
/// engines, not models: there the first disposal after the end of a row by the same method is the engine's. Where it was not, the model goes with its last
/// reference.
/// </remarks>
internal static class EngineDisposal
{
    private const int MostKept = 8;

    /// <summary>Whether methods are compiled once, and not anew by what they were seen to do.</summary>
    private static readonly bool IsCompiledOnce = IsOff("TieredCompilation") || IsOff("TieredPGO");

    [ThreadStatic]
    private static List<(WeakReference<object> Columns, StackFrame[] Stack)>? _ended;

    /// <summary>A row has ended that computes these columns.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void NoteEnd(object columns)
    {
        _ended ??= [];
        _ended.RemoveAll(e => !e.Columns.TryGetTarget(out object? of) || of == columns);
        if (_ended.Count == MostKept) _ended.RemoveAt(0);
        _ended.Add((new WeakReference<object>(columns), Stack()));
    }

    /// <summary>Whether an engine disposes the transformer that adds these columns.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool IsUnderWay(object columns)
    {
        StackFrame[] now = Stack();
        if (Array.Exists(now, IsEngines)) return true;
        int ended = _ended?.FindIndex(e => e.Columns.TryGetTarget(out object? of) && of == columns) ?? -1;
        if (ended < 0 || !IsOneCaller(_ended![ended].Stack, now)) return false;
        _ended.RemoveAt(ended); // who disposes it next is no engine
        return true;
    }

    private static bool IsOff(string setting) =>
        Environment.GetEnvironmentVariable($"DOTNET_{setting}") is { } set ? set.TrimStart('0').Length == 0
            : AppContext.TryGetSwitch($"System.Runtime.{setting}", out bool isOn) && !isOn;

    /// <summary>The outermost call first.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static StackFrame[] Stack()
    {
        StackFrame[] frames = new StackTrace(1, fNeedFileInfo: false).GetFrames();
        Array.Reverse(frames);
        return frames;
    }

    private static bool IsEngines(StackFrame frame) => frame.GetMethod()?.DeclaringType is { IsGenericType: true } type
        && type.GetGenericTypeDefinition() == typeof(PredictionEngineBase<,>);

    /// <summary>Whether the end of a row and the disposal of a transformer were called from one place, of which neither is further away than a call.</summary>
    private static bool IsOneCaller(StackFrame[] row, StackFrame[] transformer)
    {
        int same = 0, most = Math.Min(row.Length, transformer.Length);
        while (same < most && row[same].GetMethod() == transformer[same].GetMethod()
            && (!IsCompiledOnce || row[same].GetILOffset() == transformer[same].GetILOffset())) same++;
        return same > 0 && same < most && IsOf(row[same], typeof(DataViewRow)) && IsOf(transformer[same], typeof(ITransformer));
    }

    /// <summary>What is called there may itself have been put into what calls it, all but this class.</summary>
    private static bool IsOf(StackFrame frame, Type type) =>
        frame.GetMethod()?.DeclaringType is { } declaring && (type.IsAssignableFrom(declaring) || declaring == typeof(EngineDisposal));
}
