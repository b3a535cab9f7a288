namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>Counts over threads for <see cref="EncodingStatistics"/>.</summary>
internal sealed class EncodingCounters
{
    private long _encoded, _templated, _alreadyTemplated, _cutPrompts, _cutAnswers, _merged, _equal, _droppedLong, _droppedEmpty;
    private readonly FirstExample _otherwise = new(), _faults = new();

    public void Dropped(bool isEmpty) => Interlocked.Increment(ref isEmpty ? ref _droppedEmpty : ref _droppedLong);

    public void Encoded(PromptHandling handling, bool merged, EncodedPrompt pair)
    {
        Interlocked.Increment(ref _encoded);
        if (handling == PromptHandling.Templated) Interlocked.Increment(ref _templated);
        if (handling == PromptHandling.AlreadyTemplated) Interlocked.Increment(ref _alreadyTemplated);
        if (pair.HasCutPrompt) Interlocked.Increment(ref _cutPrompts);
        if (pair.HasCutAnswer) Interlocked.Increment(ref _cutAnswers);
        if (merged) Interlocked.Increment(ref _merged);
        if (pair.Answers.Count > 1 && pair.Chosen.Ids.Span.SequenceEqual(pair.Rejected.Ids.Span)) Interlocked.Increment(ref _equal);
    }

    /// <summary>Counts what the texts or the ids of a pair have about them that somebody has to know.</summary>
    public void Odd(long row, EncodingDetail detail)
    {
        if (detail.Texts.LeftOut is { } leftOut) _otherwise.Add(row, leftOut);
        if (detail.Fault is { } fault) _faults.Add(row, fault);
    }

    public EncodingStatistics Snapshot() => new(
        Interlocked.Read(ref _encoded), Interlocked.Read(ref _templated), Interlocked.Read(ref _alreadyTemplated), Interlocked.Read(ref _cutPrompts),
        Interlocked.Read(ref _cutAnswers), Interlocked.Read(ref _merged), Interlocked.Read(ref _equal), Interlocked.Read(ref _droppedLong),
        Interlocked.Read(ref _droppedEmpty))
    {
        RenderedOtherwise = _otherwise.Snapshot(),
        Faults = _faults.Snapshot(),
    };

    /// <summary>A number of rows, and the one that stands first in the data, whichever thread met it first.</summary>
    private sealed class FirstExample
    {
        private readonly Lock _lock = new();
        private RowsWithExample? _found;

        public void Add(long row, string example)
        {
            lock (_lock)
            {
                RowsWithExample found = _found ?? new RowsWithExample(0, row, example);
                _found = row < found.Row ? new RowsWithExample(found.Count + 1, row, example) : found with { Count = found.Count + 1 };
            }
        }

        public RowsWithExample? Snapshot()
        {
            lock (_lock) return _found;
        }
    }
}
