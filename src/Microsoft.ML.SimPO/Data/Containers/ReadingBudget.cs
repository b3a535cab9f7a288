using System.Globalization;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>
/// What may come out of one file in one reading: decompressed bytes, pages and buffers, and characters of rows. A few bytes of a compressed format can claim
/// terabytes; what has any use has tens of times its own length.
/// </summary>
/// <param name="name">The file, for messages.</param>
/// <param name="fileBytes">What it has itself.</param>
/// <param name="maxExpansion">How many times that its content may have; null for no limit.</param>
internal sealed class ReadingBudget(string name, long fileBytes, int? maxExpansion)
{
    /// <summary>What any file may have: rows that are much alike are small.</summary>
    private const long Always = 256 << 20;

    /// <summary>What a page of any length may become.</summary>
    private const long AtOnce = 16 << 20;

    /// <summary>What of any file may be in memory at once, in buffers and pages that are read as a whole.</summary>
    private const long AlwaysHeld = 64 << 20;

    private const string Mark = "expansion";

    private readonly long _mostHeld =
        maxExpansion is { } times ? AlwaysHeld + (long)Int128.Min((Int128)fileBytes * Math.Max(1, times / 10), long.MaxValue / 2) : long.MaxValue;

    private long _spent;
    private long _held;

    /// <summary>The most that may come out; the largest number for no limit.</summary>
    public long Limit { get; } = maxExpansion is { } times ? Always + (long)Int128.Min((Int128)fileBytes * times, long.MaxValue / 2) : long.MaxValue;

    /// <summary>The most that so many bytes may become.</summary>
    public long LimitOf(long bytes) => maxExpansion is { } times ? (long)Int128.Min((Int128)bytes * times, Limit) : long.MaxValue;

    /// <summary>Whether that is what an error says, which is told as it is, whatever reads the file.</summary>
    public static bool IsCause(Exception error) => error is InvalidDataException && error.Data.Contains(Mark);

    /// <summary>As <see cref="Spend(long)"/>, for what is decompressed at once.</summary>
    /// <param name="amount">Bytes that it becomes.</param>
    /// <param name="compressed">Bytes of the file that it is made of.</param>
    public void Spend(long amount, long compressed) => Spend(amount > AtOnce && amount > LimitOf(compressed) ? long.MaxValue : amount);

    /// <exception cref="InvalidDataException">More comes out of the file than it may have.</exception>
    public void Spend(long amount)
    {
        // Arrow's reader and its allocator are of one thread, and so are all others.
        if (amount <= Limit - _spent)
        {
            _spent += amount;
            return;
        }
        throw Exceeded(string.Create(CultureInfo.InvariantCulture,
            $"its content is larger than {Sizes.Text(Limit)}, more than {maxExpansion} times the {Sizes.Text(fileBytes)} of the file"));
    }

    /// <summary>What was in memory so far is not any more.</summary>
    public void HoldNothing() => _held = 0;

    /// <summary>Counts what is in memory at once.</summary>
    /// <param name="change">Bytes that come; below 0 for those that go.</param>
    /// <exception cref="InvalidDataException">More would be in memory than of such a file may be.</exception>
    public void Hold(long change)
    {
        if ((_held += change) > _mostHeld)
            throw Exceeded(
                $"{Sizes.Text(_held)} of its content would be in memory at once, more than {Sizes.Text(_mostHeld)}, for a file of {Sizes.Text(fileBytes)}");
    }

    private InvalidDataException Exceeded(string what) => new(
        $"{name}: {what}. It may be made to exhaust memory. If you trust it, set `{nameof(PreferenceLoadOptions.MaxExpansion)}` higher, "
        + "or to null for no limit.")
    {
        Data = { [Mark] = true },
    };
}
