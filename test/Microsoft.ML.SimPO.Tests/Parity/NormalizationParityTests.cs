namespace Microsoft.ML.SimPO.Parity;

/// <summary>The four normalization forms are Unicode's. Without ICU, too: <see cref="TokenizerParityTests"/> starts a process for that.</summary>
[Trait("Category", "Parity")]
public sealed class NormalizationParityTests
{
    /// <summary>The lines of NormalizationTest.txt whose code points are in Unicode 9.0, the version of the crate that Hugging Face tokenizers has.</summary>
    public const int Lines = 18_288;

    /// <summary>All code points that are not surrogates, without the 16,894 that part 1 lists.</summary>
    public const int OtherCodePoints = 0x110000 - 0x800 - 16_894;

    [Fact]
    public void Every_line_of_the_test_of_Unicode_holds_and_every_other_code_point_stays()
    {
        List<string> differences = [];
        (int lines, int codePoints) = NormalizationVectors.Compare(differences);
        Assert.Empty(differences.Take(10));
        Assert.Equal((Lines, OtherCodePoints), (lines, codePoints));
    }
}
