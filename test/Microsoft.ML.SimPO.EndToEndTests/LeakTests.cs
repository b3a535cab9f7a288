using System.Globalization;
using Xunit.Abstractions;

namespace Microsoft.ML.SimPO.EndToEnd;

/// <summary>Programs that search hyper-parameters fit hundreds of times in one process.</summary>
public sealed class LeakTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public Task A_hundred_fits_leave_no_memory_behind() => Check(100);

    [Fact]
    [Trait("Category", "Long")]
    public Task A_thousand_fits_leave_no_memory_behind() => Check(1000);

    /// <summary>
    /// The memory of the last quarter of fits is that of the second, when everything that is made once is there, within 15 %. The C library's heap grows in
    /// steps of some 20 MB (of 284 MB: one in the first forty fits, two more in the next eighty); a leaked model would be 7 MB a fit, 350 MB between the two
    /// quarters of a hundred.
    /// </summary>
    private async Task Check(int fits)
    {
        string quickStart = Path.GetDirectoryName(ChildProgram.QuickStart)!, train = _folder.In("train.jsonl");
        File.WriteAllLines(train, File.ReadLines(Path.Combine(quickStart, "data", "train.jsonl")).Take(8));
        ChildProgram run = await ChildProgram.Run(
            ChildProgram.Worker, _folder.Path, null, "fits", Path.Combine(quickStart, "model"), train, fits.ToString(CultureInfo.InvariantCulture));
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        (long Memory, long Tensors)[] lines = [.. run.Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' '))
            .Select(l => (long.Parse(l[0], CultureInfo.InvariantCulture), long.Parse(l[1], CultureInfo.InvariantCulture)))];
        Assert.Equal(fits, lines.Length);
        Assert.All(lines, l => Assert.Equal(lines[0].Tensors, l.Tensors));
        int quarter = fits / 4;
        double early = lines.Skip(quarter).Take(quarter).Average(l => l.Memory), late = lines.TakeLast(quarter).Average(l => l.Memory);
        output.WriteLine(FormattableString.Invariant($"{fits} fits: {early / 1024:F0} MB in their second quarter, {late / 1024:F0} MB in their last"));
        Assert.True(late < 1.15 * early, FormattableString.Invariant($"{early:F0} KiB after {quarter} to {2 * quarter} fits, {late:F0} KiB at the end"));
    }
}
