using System.Collections;

namespace Microsoft.ML.SimPO.Training;

/// <summary>
/// The steps of a run. They are made as they are asked for, in their order, and only the newest is kept: a plan of millions of epochs takes neither time nor
/// memory. For one thread.
/// </summary>
/// <param name="count">How many there are.</param>
/// <param name="make">Makes them from the first on, each time in the same way.</param>
internal sealed class StepPlan(int count, Func<IEnumerable<TrainingStep>> make) : IReadOnlyList<TrainingStep>
{
    private IEnumerator<TrainingStep>? _steps;
    private int _at = -1;

    public int Count => count;

    /// <summary>The same steps, but so many of them: the plan of a number of steps goes through the data as often as it takes.</summary>
    public StepPlan WithCount(int steps) => new(steps, make);

    /// <summary>Going back begins anew.</summary>
    public TrainingStep this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, count);
            if (_steps is null || index < _at)
            {
                _steps?.Dispose();
                (_steps, _at) = (make().GetEnumerator(), -1);
            }
            for (; _at < index; _at++) _steps.MoveNext();
            return _steps.Current;
        }
    }

    public IEnumerator<TrainingStep> GetEnumerator() => make().Take(count).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
