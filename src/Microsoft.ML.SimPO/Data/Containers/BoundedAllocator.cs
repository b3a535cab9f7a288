using System.Buffers;
using Apache.Arrow.Memory;

namespace Microsoft.ML.SimPO.Data.Containers;

/// <summary>
/// Arrow buffers no larger than the file can fill, be it compressed, so that a length that lies is refused before memory is taken for it.
/// </summary>
/// <param name="fileBytes">What the file has.</param>
/// <param name="budget">Of all buffers of the file together.</param>
internal sealed class BoundedAllocator(long fileBytes, ReadingBudget budget) : MemoryAllocator
{
    // Text compresses 3 to 20 times; repeated text more.
    private const long MaxRatio = 256;
    private const long Always = 16 << 20;

    protected override IMemoryOwner<byte> AllocateInternal(int length, out int bytesAllocated)
    {
        long limit = Math.Max(Always, fileBytes * MaxRatio);
        if (length > limit)
            throw new InvalidDataException($"a buffer of {Sizes.Text(length)} is declared, which a file of {Sizes.Text(fileBytes)} cannot hold.");
        budget.Spend(length);
        budget.Hold(length);
        bytesAllocated = length;
        return Default.Value.Allocate(length);
    }
}
