using System.Runtime.ExceptionServices;
using TorchSharp;

namespace Microsoft.ML.SimPO.Native;

/// <summary>
/// Runs memory-bound work on as many threads as libtorch uses. The threads last as long as the call (a tenth of a millisecond to start, once or twice a step),
/// so that flushed denormals are nobody else's setting.
/// </summary>
internal static class ParallelBlocks
{
    /// <param name="count">Pieces of work.</param>
    /// <param name="work">Called once for each index below <paramref name="count"/>, each thread with a range of its own in rising order.</param>
    public static void For(int count, Action<int> work)
    {
        int threads = Math.Min(torch.get_num_threads(), count);
        if (threads <= 1)
        {
            RunRange(0, count, work);
            return;
        }
        ExceptionDispatchInfo? failure = null;
        bool flush = Denormals.AreFlushed;
        Thread[] others = [.. Enumerable.Range(1, threads - 1).Select(t => new Thread(() => Work(t)) { IsBackground = true, Name = "blocks" })];
        foreach (Thread thread in others) thread.Start();
        RunRange(0, End(0), work);
        foreach (Thread thread in others) thread.Join();
        failure?.Throw();

        int End(int thread) => (int)((long)count * (thread + 1) / threads);

        void Work(int thread)
        {
            try
            {
                if (flush) Denormals.Flush();
                RunRange(End(thread - 1), End(thread), work);
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        }
    }

    private static void RunRange(int from, int to, Action<int> work)
    {
        for (int i = from; i < to; i++) work(i);
    }
}
