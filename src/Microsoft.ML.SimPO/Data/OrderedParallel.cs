namespace Microsoft.ML.SimPO.Data;

/// <summary>
/// Work on rows on all processors with the results in the order of the rows, in bounded memory: rows are read by whoever enumerates, while
/// earlier ones are worked on.
/// </summary>
internal static class OrderedParallel
{
    private const int BlockRows = 64;
    private const long BlockSize = 1 << 20;

    /// <summary>
    /// What <paramref name="work"/> makes of the rows. It runs for several rows at once. Where it throws, that comes in the row's place: of
    /// several rows the first is the one that fails, whatever the number of threads.
    /// </summary>
    /// <param name="rows">The rows; enumerated by the caller's thread.</param>
    /// <param name="size">Characters of a row, so that long ones make small blocks.</param>
    /// <param name="work">The work on one row.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static IEnumerable<TResult> Select<T,
        TResult>(IEnumerable<T> rows, Func<T, long> size, Func<T, TResult> work, CancellationToken cancellationToken = default)
    {
        int ahead = Environment.ProcessorCount + 1;
        var running = new Queue<Task<TResult[]>>();
        try
        {
            foreach (List<T> block in Blocks(rows, size))
            {
                cancellationToken.ThrowIfCancellationRequested();
                running.Enqueue(Task.Run(() => block.ConvertAll(row => work(row)).ToArray(), CancellationToken.None));
                if (running.Count <= ahead) continue;
                foreach (TResult result in running.Dequeue().GetAwaiter().GetResult()) yield return result;
            }
            while (running.TryDequeue(out Task<TResult[]>? next))
            {
                cancellationToken.ThrowIfCancellationRequested();
                foreach (TResult result in next.GetAwaiter().GetResult()) yield return result;
            }
        }
        finally
        {
            // Nothing goes on working for an enumeration that has ended.
            foreach (Task rest in running) rest.ContinueWith(ended => ended.Exception, TaskScheduler.Default).Wait(CancellationToken.None);
        }
    }

    private static IEnumerable<List<T>> Blocks<T>(IEnumerable<T> rows, Func<T, long> size)
    {
        var block = new List<T>(BlockRows);
        long total = 0;
        foreach (T row in rows)
        {
            block.Add(row);
            total += size(row);
            if (block.Count < BlockRows && total < BlockSize) continue;
            yield return block;
            block = new List<T>(BlockRows);
            total = 0;
        }
        if (block.Count > 0) yield return block;
    }
}
