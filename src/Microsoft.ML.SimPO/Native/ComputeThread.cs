namespace Microsoft.ML.SimPO.Native;

/// <summary>
/// Runs work on a thread of its own. Softmax tails are full of denormals, which slow matrix products down sixtyfold unless they are flushed; that
/// setting belongs to a thread and is inherited by the workers that libtorch starts for it, so it dies with this one and the caller's
/// stays as it is.
/// </summary>
internal static class ComputeThread
{
    private static readonly Lock Guard = new();
    private static readonly Stack<ComputeWorker> Idle = [];
    private static int _keepers;

    public static T Run<T>(string name, Func<T> work)
    {
        ComputeWorker worker = Take();
        try
        {
            T result = default!;
            worker.Do(name, () =>
            {
                TorchRuntime.EnsureLoaded();
                Denormals.Flush();
                result = work();
            });
            return result;
        }
        finally
        {
            GiveBack(worker);
        }
    }

    /// <summary>
    /// Until it is disposed threads are used again, where each would end with its work: for many fits one after another. The C library gives each thread an
    /// arena of memory and keeps what was freed in it; work that comes to another arena each time leaves a fit's memory behind in every one of them.
    /// </summary>
    public static IDisposable Keep()
    {
        lock (Guard) _keepers++;
        return new Keeper();
    }

    private static ComputeWorker Take()
    {
        lock (Guard)
            if (Idle.TryPop(out ComputeWorker? idle)) return idle;
        return new ComputeWorker();
    }

    private static void GiveBack(ComputeWorker worker)
    {
        lock (Guard)
        {
            if (_keepers > 0)
            {
                Idle.Push(worker);
                return;
            }
        }
        worker.Dispose();
    }

    private static void Release()
    {
        ComputeWorker[] ended = [];
        lock (Guard)
        {
            if (--_keepers > 0) return;
            ended = [.. Idle];
            Idle.Clear();
        }
        foreach (ComputeWorker worker in ended) worker.Dispose();
    }

    private sealed class Keeper : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0) Release();
        }
    }
}
