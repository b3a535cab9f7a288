using System.Collections.Concurrent;
using Microsoft.ML.SimPO.Native;
using Microsoft.ML.SimPO.Scoring;

namespace Microsoft.ML.SimPO;

/// <summary>
/// The model that several fits begin with, in memory once: the caller's own, or one that is read when it is first needed and freed with this.
/// </summary>
internal sealed class SharedBase(MLContext context, PreferenceTrainerOptions options) : IDisposable
{
    private readonly IDisposable _threads = ComputeThread.Keep();
    private readonly ConcurrentDictionary<string, ReferenceTable> _references = [];
    private AlignmentTransformer? _own;

    /// <summary>
    /// Makes a fit with such options begin with the weights in memory. It is one of many: it writes no run folder of its own, and resumes none.
    /// </summary>
    public void GiveTo(PreferenceTrainerOptions fit)
    {
        (fit.OutputPath, fit.ResumeFrom, fit.SaveSteps, fit.SaveTotalLimit, fit.SaveOnCancel) = (null, null, 0, 0, false);
        if (fit is ReferenceTrainerOptions over) over.ReferenceTables = _references;
        if (options.BaseModel is not null) return;
        _own ??= ModelSource.Of(options).OpenTransformer(context, options, options.Ready);
        (fit.BaseModel, fit.AdapterPath) = (_own, null); // it has the adapter already
    }

    public void Dispose()
    {
        _own?.Dispose();
        _threads.Dispose();
    }
}
