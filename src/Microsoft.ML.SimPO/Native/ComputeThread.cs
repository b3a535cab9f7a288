using System.Runtime.ExceptionServices;

namespace Microsoft.ML.SimPO.Native;

/// <summary>
/// Runs work on a thread of its own. Softmax tails are full of denormals, which slow matrix products down sixtyfold unless they are flushed; that
/// setting belongs to a thread and is inherited by the workers that libtorch starts for it, so it dies with this one and the caller's
/// stays as it is.
/// </summary>
internal static class ComputeThread
{
    private const int StackBytes = 16 << 20;

    public static T Run<T>(string name, Func<T> work)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(Work, StackBytes) { Name = name, IsBackground = true };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;

        void Work()
        {
            try
            {
                TorchRuntime.EnsureLoaded();
                Denormals.Flush();
                result = work();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        }
    }
}
