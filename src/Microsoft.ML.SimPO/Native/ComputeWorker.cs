using System.Runtime.ExceptionServices;

namespace Microsoft.ML.SimPO.Native;

/// <summary>A thread that does one piece of work after another, for one caller at a time.</summary>
internal sealed class ComputeWorker : IDisposable
{
    private const int StackBytes = 16 << 20;

    private readonly AutoResetEvent _wake = new(false), _done = new(false);
    private readonly Thread _thread;
    private Action? _work;

    public ComputeWorker()
    {
        _thread = new Thread(Loop, StackBytes) { IsBackground = true };
        _thread.UnsafeStart(); // each piece of work brings its caller's context
    }

    /// <summary>
    /// Does the work on the thread, and waits for it. The caller's culture and other ambient values are there too; what it throws is thrown here.
    /// </summary>
    public void Do(string name, Action work)
    {
        ExceptionDispatchInfo? failure = null;
        ExecutionContext? context = ExecutionContext.Capture();
        _work = () =>
        {
            Thread.CurrentThread.Name = name;
            try
            {
                if (context is null) work();
                else ExecutionContext.Run(context, _ => work(), null);
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        };
        _wake.Set();
        _done.WaitOne();
        failure?.Throw();
    }

    /// <summary>Ends the thread, and waits for its end.</summary>
    public void Dispose()
    {
        _wake.Set();
        _thread.Join();
        _wake.Dispose();
        _done.Dispose();
    }

    private void Loop()
    {
        while (true)
        {
            _wake.WaitOne();
            if (_work is null) return;
            _work();
            _work = null;
            _done.Set();
        }
    }
}
