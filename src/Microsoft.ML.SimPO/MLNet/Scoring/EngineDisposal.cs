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
/// </remarks>
internal static class EngineDisposal
{
    private const int MostKept = 8;

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
        return Array.Exists(now, IsEngines)
            || _ended?.Exists(e => e.Columns.TryGetTarget(out object? of) && of == columns && IsOneCaller(e.Stack, now)) == true;
    }

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
        while (same < most && row[same].GetMethod() == transformer[same].GetMethod() && row[same].GetILOffset() == transformer[same].GetILOffset()) same++;
        return same > 0 && same < most && IsOf(row[same], typeof(DataViewRow)) && IsOf(transformer[same], typeof(ITransformer));
    }

    /// <summary>What is called there may itself have been put into what calls it, all but this class.</summary>
    private static bool IsOf(StackFrame frame, Type type) =>
        frame.GetMethod()?.DeclaringType is { } declaring && (type.IsAssignableFrom(declaring) || declaring == typeof(EngineDisposal));
}
