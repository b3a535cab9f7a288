using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Scoring;

public class ReferenceTableTests
{
    private static readonly string Model = string.Concat(Enumerable.Repeat("0123456789abcdef", 4));

    private static readonly EncodedPrompt First = Pair([1, 2, 3, 4], [1, 2, 5]), Second = Pair([1, 2, 6, 7], [1, 2, 5, 8]);

    [Fact]
    public void What_was_added_is_found_and_nothing_else()
    {
        ReferenceTable table = Filled();
        Assert.Equal([-1.5, -2.5], table.Find(First)!);
        Assert.Null(table.Find(Second));
        Assert.Null(table.Find(EncodedPrompt.Pair((int[])[1, 2, 3, 4], 1, (int[])[1, 2, 5], 2))); // another border
        Assert.Equal([-2.5, -1.5], table.Find(Pair([1, 2, 5], [1, 2, 3, 4]))!);
    }

    /// <summary>Where tokens beyond the shorter answer count less, an answer is worth something else beside another one.</summary>
    [Fact]
    public void The_shortest_answer_is_looked_up_where_tokens_are_weighed_by_it()
    {
        var table = new ReferenceTable(Model, weighsTokens: true);
        table.Add(First, [-1.5, -2.5]);
        Assert.Equal([-1.5, -2.5], table.Find(First)!);
        Assert.Null(table.Find(Pair([1, 2, 3, 4], [1, 2, 5, 9])));
        Assert.Null(table.Find(new EncodedPrompt(First.Chosen)));
    }

    [Fact]
    public void It_comes_back_from_its_bytes_and_they_do_not_depend_on_the_order()
    {
        ReferenceTable table = Filled(), other = new(Model, false);
        table.Add(Second, [-3, -4]);
        other.Add(Second, [-3, -4]);
        other.Add(First, [-1.5, -2.5]);
        byte[] bytes = table.ToBytes();
        Assert.Equal(bytes, other.ToBytes());
        ReferenceTable read = ReferenceTable.Read(new MemoryStream([.. bytes, 99]), false);
        Assert.Equal((Model, 4), (read.Model, read.Count));
        Assert.Equal([-1.5, -2.5], read.Find(First)!);
        Assert.Equal([-3, -4], read.Find(Second)!);
    }

    [Fact]
    public void Every_cut_and_every_changed_byte_is_noticed()
    {
        byte[] bytes = Filled().ToBytes();
        for (int i = 0; i < bytes.Length; i++)
        {
            Assert.Throws<InvalidDataException>(() => ReferenceTable.Read(new MemoryStream(bytes[..i]), false));
            byte[] changed = [.. bytes];
            changed[i] ^= 1;
            Assert.Throws<InvalidDataException>(() => ReferenceTable.Read(new MemoryStream(changed), false));
        }
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3 }, "it is no such table")]
    public void A_file_of_something_else_is_refused(byte[] bytes, string what) => Assert.Equal(
        $"The table of reference log-probabilities is damaged: {what}.",
        Assert.Throws<InvalidDataException>(() => ReferenceTable.Read(new MemoryStream(bytes), false)).Message);

    /// <summary>A number that is damaged asks for no memory.</summary>
    [Fact]
    public void A_claim_of_more_than_there_is_is_refused()
    {
        byte[] bytes = Filled().ToBytes();
        bytes[51] = 127; // the highest byte of the number of answers
        Assert.Equal(
            "The table of reference log-probabilities is damaged: it claims to hold 9151314442816847874 answers.",
            Assert.Throws<InvalidDataException>(() => ReferenceTable.Read(new MemoryStream(bytes), false)).Message);
        bytes[51] = 0;
        bytes[47] = 3; // some fifty million answers
        Assert.Equal(
            $"The table of reference log-probabilities is damaged: it ends after {bytes.Length} of 1207959684 bytes.",
            Assert.Throws<InvalidDataException>(() => ReferenceTable.Read(new MemoryStream(bytes), false)).Message);
    }

    private static ReferenceTable Filled()
    {
        var table = new ReferenceTable(Model, false);
        table.Add(First, [-1.5, -2.5]);
        return table;
    }

    private static EncodedPrompt Pair(int[] chosen, int[] rejected) => EncodedPrompt.Pair(chosen, 2, rejected, 2);
}
