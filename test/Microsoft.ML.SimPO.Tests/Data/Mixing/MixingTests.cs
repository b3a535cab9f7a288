using System.Globalization;
using Microsoft.ML.SimPO.Data.Mixing;

namespace Microsoft.ML.SimPO.Data;

public class MixingTests
{
    [Fact]
    public void Random_numbers_are_those_of_splitmix64()
    {
        // The first outputs of the reference implementation (Vigna, splitmix64.c) for the seed 1234567.
        var random = new SeededRandom(1234567);
        Assert.Equal([6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821], Enumerable.Range(0, 5)
            .Select(_ => random.Next()));
    }

    [Fact]
    public void A_permutation_holds_every_number_once_and_depends_on_its_seed()
    {
        int[] order = new SeededRandom(1).Permutation(1000);
        Assert.Equal(Enumerable.Range(0, 1000), order.Order());
        Assert.Equal(order, new SeededRandom(1).Permutation(1000));
        Assert.NotEqual(order, new SeededRandom(2).Permutation(1000));
    }

    [Fact]
    public void A_mixture_takes_its_fractions_in_the_order_of_its_parts()
    {
        using var folder = new TemporaryFolder();
        MixturePart[] parts = [new(Write(folder, "a", 10), 0.3), new(Write(folder, "b", 4)), new(Write(folder, "c", 4), 2.5)];
        string[] Mix(long seed) => DatasetMixer.Mix(parts, seed).Select(row => row.Row.Prompt).ToArray();
        string[] mixed = Mix(42);
        Assert.Equal((3, 4, 10), (mixed.Count(Of('a')), mixed.Count(Of('b')), mixed.Count(Of('c'))));
        Assert.Equal(["b0", "b1", "b2", "b3", "c0", "c1", "c2", "c3", "c0", "c1", "c2", "c3"], mixed[3..15]);
        Assert.Equal(mixed, Mix(42));
        Assert.Contains(Enumerable.Range(0, 5), seed => !Mix(seed).SequenceEqual(mixed));

        static Func<string, bool> Of(char letter) => prompt => prompt[0] == letter;
    }

    [Fact]
    public void A_part_may_name_its_split_and_a_fraction_out_of_range_is_refused()
    {
        using var folder = new TemporaryFolder();
        Write(folder, "train", 3);
        Write(folder, "test", 2);
        Assert.Equal(["test0", "test1"], DatasetMixer.Mix([new(folder.Path, 1, "test")], 1).Select(row => row.Row.Prompt));
        var thrown = Assert.Throws<ArgumentException>(() => DatasetMixer.Mix([new("x", 0), new("y", double.NaN)], 1));
        Assert.Equal(
            [
                "`Fraction` of `x` must be above 0 to 1000, but was 0. Use 1 for all rows, and leave out what is not wanted.",
                "`Fraction` of `y` must be above 0 to 1000, but was NaN. Use 1 for all rows, and leave out what is not wanted.",
            ],
            thrown.Message.Split(Environment.NewLine));
    }

    [Fact]
    public void No_prompt_stands_on_both_sides_of_a_split()
    {
        PreferenceRow[] rows = Enumerable.Range(0, 1000).Select(i =>
            new PreferenceRow((i % 2 == 0 ? "Prompt " : "prompt  ") + (i % 300).ToString(CultureInfo.InvariantCulture), $"a{i}", "b", null, null)).ToArray();
        HashSet<UInt128> test = PromptSplit.TestPrompts(rows, 0.1, seed: 5);
        ILookup<bool, PreferenceRow> sides = rows.ToLookup(row => PromptSplit.IsTest(row, test));
        Assert.InRange(sides[true].Count(), 100, 103);
        Assert.Empty(sides[true].Select(row => Plain(row.Prompt)).Intersect(sides[false].Select(row => Plain(row.Prompt))));
        Assert.True(test.SetEquals(PromptSplit.TestPrompts(rows.Reverse(), 0.1, seed: 5)));
        Assert.False(test.SetEquals(PromptSplit.TestPrompts(rows, 0.1, seed: 6)));
    }

    private static string Plain(string prompt) => prompt.ToUpperInvariant().Replace(" ", "", StringComparison.Ordinal);

    private static string Write(TemporaryFolder folder, string name, int rows) =>
        folder.Write(
            $"{name}.jsonl", string.Concat(Enumerable.Range(0, rows).Select(i => $$"""{"prompt": "{{name}}{{i}}", "chosen": "c", "rejected": "r"}""" + "\n")));
}
