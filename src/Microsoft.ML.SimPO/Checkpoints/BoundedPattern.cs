using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>A regular expression out of a file, with a limit of time for all that it is ever matched with: there may be thousands of modules.</summary>
internal sealed class BoundedPattern(Regex pattern)
{
    private static readonly TimeSpan LongestOfAll = TimeSpan.FromSeconds(2);

    private long _ticks;

    /// <exception cref="RegexMatchTimeoutException">This match, or all together, took too long.</exception>
    public bool IsMatch(string name)
    {
        if (Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _ticks)) > LongestOfAll)
            throw new RegexMatchTimeoutException(name, pattern.ToString(), LongestOfAll);
        long start = Stopwatch.GetTimestamp();
        try
        {
            return pattern.IsMatch(name);
        }
        finally
        {
            Interlocked.Add(ref _ticks, Stopwatch.GetTimestamp() - start);
        }
    }
}
