using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Warnings and errors of this library on the error stream, as long as nobody else hears the log of the <see cref="MLContext"/>: a program that does not know
/// of it would never see them.
/// </summary>
internal static class ConsoleWarnings
{
    private static readonly ConditionalWeakTable<MLContext, object> Attached = [];
    private static readonly ConcurrentDictionary<string, bool> Own = new(StringComparer.Ordinal);

    /// <summary>Listens to a context's log, once.</summary>
    public static void Attach(MLContext context)
    {
        if (Attached.TryAdd(context, Own)) context.Log += Tell;
    }

    /// <summary>Registers a part of this library with ML.NET. What it warns of is told.</summary>
    public static IHost RegisterOwn(this IHostEnvironment environment, string name)
    {
        Own[name] = true;
        return environment.Register(name);
    }

    private static void Tell(object? sender, LoggingEventArgs message)
    {
        if (message.Kind < ChannelMessageKind.Warning || !IsAlone((MLContext)sender!) || !message.Source.Split("; ").Any(Own.ContainsKey)) return;
        Console.Error.WriteLine($"{(message.Kind == ChannelMessageKind.Error ? "error" : "warning")}: {message.RawMessage}");
    }

    private static bool IsAlone(MLContext context)
    {
        try
        {
            return LogOf(context)?.GetInvocationList().Length == 1;
        }
        catch (MissingFieldException)
        {
            return false; // another ML.NET names it differently: who hears is not known
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "Log")]
    private static extern ref EventHandler<LoggingEventArgs>? LogOf(MLContext context);
}
