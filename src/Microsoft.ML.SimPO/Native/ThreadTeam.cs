namespace Microsoft.ML.SimPO.Native;

/// <summary>
/// The calling thread and helpers of its own that do many short pieces of work together, one after another. A piece is cut into items which whoever is free
/// takes, so a helper that the system holds up delays nobody. Between pieces helpers spin for a moment, then sleep.
/// </summary>
internal sealed class ThreadTeam : IDisposable
{
    /// <summary>Rounds of waiting before a helper sleeps; all but the first few give the processor to others.</summary>
    private const int Patience = 100;

    private const int ItemBits = 24;

    private const long ItemMask = (1L << ItemBits) - 1;

    private readonly Helper[] _helpers;
    private Action<int>? _work;

    /// <summary>
    /// From the top: which piece it is (16 bits), its items, the next one to be taken. One word, so that nobody takes an item of a piece that is over.
    /// </summary>
    private long _ticket;
    private int _done;
    private volatile bool _stopped;
    private volatile Exception? _failure;

    /// <param name="threads">Threads of the team, the caller included; at least 1.</param>
    /// <param name="prepare">Called by each helper first.</param>
    public ThreadTeam(int threads, Action prepare)
    {
        _helpers = [.. Enumerable.Range(1, Math.Max(0, threads - 1)).Select(i => new Helper(this, i, prepare))];
    }

    public int Threads => _helpers.Length + 1;

    /// <summary>
    /// Calls <paramref name="work"/> with 0 to <paramref name="items"/> - 1, each once, and returns when all are done. Not to be called from within.
    /// </summary>
    public void For(int items, Action<int> work)
    {
        if (_helpers.Length == 0 || items <= 1)
        {
            for (int i = 0; i < items; i++) work(i);
            return;
        }
        (_work, _done) = (work, 0);
        long piece = (_ticket >>> (2 * ItemBits)) + 1;
        Interlocked.Exchange(ref _ticket, (piece << (2 * ItemBits)) | ((long)items << ItemBits));
        foreach (Helper helper in _helpers) helper.Wake();
        TakeItems();
        SpinWait wait = default;
        while (Volatile.Read(ref _done) < items) wait.SpinOnce(sleep1Threshold: -1);
        if (_failure is { } failure)
        {
            _failure = null;
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }

    public void Dispose()
    {
        _stopped = true;
        foreach (Helper helper in _helpers) helper.Wake();
        foreach (Helper helper in _helpers) helper.Dispose();
    }

    private bool HasItems()
    {
        long ticket = Volatile.Read(ref _ticket);
        return (ticket & ItemMask) < ((ticket >> ItemBits) & ItemMask);
    }

    private void TakeItems()
    {
        while (true)
        {
            long ticket = Volatile.Read(ref _ticket), item = ticket & ItemMask;
            if (item >= ((ticket >> ItemBits) & ItemMask)) return;
            if (Interlocked.CompareExchange(ref _ticket, ticket + 1, ticket) != ticket) continue;
            try
            {
                _work!((int)item);
            }
            catch (Exception e)
            {
                _failure = e;
            }
            Interlocked.Increment(ref _done);
        }
    }

    private sealed class Helper : IDisposable
    {
        private readonly ThreadTeam _team;
        private readonly Thread _thread;
        private readonly AutoResetEvent _wake = new(false);
        private int _asleep;

        public Helper(ThreadTeam team, int index, Action prepare)
        {
            _team = team;
            _thread = new Thread(() => Run(prepare)) { IsBackground = true, Name = $"SimPO helper {index}" };
            _thread.Start();
        }

        public void Wake()
        {
            if (Interlocked.Exchange(ref _asleep, 0) == 1) _wake.Set();
        }

        /// <summary>Waits for its end.</summary>
        public void Dispose()
        {
            _thread.Join();
            _wake.Dispose();
        }

        private void Run(Action prepare)
        {
            prepare();
            while (!_team._stopped)
            {
                _team.TakeItems();
                Wait();
            }
        }

        private void Wait()
        {
            SpinWait wait = default;
            for (int i = 0; i < Patience; i++)
            {
                if (_team.HasItems() || _team._stopped) return;
                wait.SpinOnce(sleep1Threshold: -1);
            }
            Interlocked.Exchange(ref _asleep, 1);
            // Whoever sets the flag back has either seen work, or has sent a signal that must be consumed.
            if ((_team.HasItems() || _team._stopped) && Interlocked.Exchange(ref _asleep, 0) == 1) return;
            _wake.WaitOne();
        }
    }
}
