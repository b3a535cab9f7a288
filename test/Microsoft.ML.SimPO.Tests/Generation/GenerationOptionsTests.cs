namespace Microsoft.ML.SimPO.Generation;

public class GenerationOptionsTests
{
    [Fact]
    public void Options_out_of_range_are_listed_together()
    {
        var options = new GenerationOptions
        {
            MaxNewTokens = 0, MinNewTokens = -2, Temperature = 0, TopK = -1, TopP = 0, MinP = 2, RepetitionPenalty = float.NaN, NoRepeatNgramSize = -1,
            StopStrings = ["end", ""],
        };
        Assert.Equal(
            [
                "`MaxNewTokens` must be at least 1, but was 0.",
                "`MinNewTokens` must be from 0 to `MaxNewTokens`, but was -2.",
                "`Temperature` must be greater than 0, but was 0. For the likeliest token leave `Sample` false.",
                "`TopK` must be 0 or more, but was -1. Use 0 for all tokens.",
                "`TopP` must be greater than 0 and at most 1, but was 0. Use 1 for all tokens.",
                "`MinP` must be from 0 to 1, but was 2. Use 0 for all tokens.",
                "`RepetitionPenalty` must be greater than 0, but was NaN. Use 1 for none.",
                "`NoRepeatNgramSize` must be 0 or more, but was -1. Use 0 for none.",
                "`StopStrings` must hold texts that are not empty. Use an empty list for none.",
            ],
            options.Faults());
    }

    [Fact]
    public void The_defaults_are_in_range() => Assert.Empty(new GenerationOptions().Faults());
}
