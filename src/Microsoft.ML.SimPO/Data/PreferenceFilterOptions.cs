using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Data;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Which pairs are kept. Every dropped pair is counted under one <see cref="DropReason"/>, the first check that it fails, in the order of
/// that enumeration; the first of each reason is kept as an example.
/// </summary>
public sealed class PreferenceFilterOptions
{
    /// <summary>Drops pairs whose prompt does not alternate between user and assistant and end with the user. Default: true.</summary>
    public bool CheckTurnOrder { get; set; } = true;

    /// <summary>Drops pairs of two equal answers. Default: true.</summary>
    public bool DropEqualAnswers { get; set; } = true;

    /// <summary>
    /// Drops pairs with traces of a wrong encoding: U+FFFD, lone surrogates, control characters, UTF-8 that was read as Latin-1. Default:
    /// true.
    /// </summary>
    public bool DropDamagedText { get; set; } = true;

    /// <summary>Drops a pair that came before. Default: true.</summary>
    public bool DropDuplicatePairs { get; set; } = true;

    /// <summary>Drops the later of two pairs that are the same the other way round. Default: true.</summary>
    public bool DropConflicts { get; set; } = true;

    /// <summary>Most pairs of one prompt, at least 1; prompts count as equal up to case and white space. Default: null, any number.</summary>
    public int? MaxPairsPerPrompt { get; set; }

    /// <summary>
    /// Drops pairs that resemble an earlier one: the Jaccard similarity of their sequences of five words, above 0 to 1, estimated by
    /// MinHash. Use 0.7 to 0.9. Default: null, not looked for.
    /// </summary>
    public double? NearDuplicateSimilarity { get; set; }

    /// <summary>Largest ratio of the longer to the shorter answer, at least 1. Default: null, any.</summary>
    public double? MaxLengthRatio { get; set; }

    /// <summary>Longest prompt, at least 1. Default: null, any.</summary>
    public int? MaxPromptLength { get; set; }

    /// <summary>Longest answer, at least 1. Default: null, any.</summary>
    public int? MaxAnswerLength { get; set; }

    /// <summary>Most of a prompt with the longer of its answers, at least 1. Default: null, any.</summary>
    public int? MaxLength { get; set; }

    /// <summary>Smallest lead of the chosen answer's score, at least 0; pairs without scores are kept. Default: null, any, also negative.</summary>
    public float? MinimumScoreGap { get; set; }

    /// <summary>The script that most letters of both answers must be of. Default: null, any.</summary>
    public WritingSystem? Script { get; set; }

    /// <summary>
    /// Files or folders with the data that the model is to be tested on: pairs whose prompt is there, or shares 13 words in a row with a
    /// prompt there, are dropped. Default: none.
    /// </summary>
    public IReadOnlyList<string> TestData { get; set; } = [];

    /// <summary>
    /// Classes of difficulty by the score gap (pairs without scores are one class of their own), at least 2, of which each keeps as many
    /// pairs as the smallest. Default: null, not balanced.
    /// </summary>
    public int? BalanceScoreGapClasses { get; set; }

    /// <summary>
    /// Classes of prompt length, at least 2, of which each keeps as many pairs as the smallest. With <see cref="BalanceScoreGapClasses"/>
    /// the classes are crossed. Default: null, not balanced.
    /// </summary>
    public int? BalancePromptLengthClasses { get; set; }

    /// <summary>Decides which pairs of a class are kept. Default: 42.</summary>
    public long Seed { get; set; } = 42;

    /// <summary>
    /// A model's folder: lengths are counted in its tokens, as training would encode the pairs, and pairs that its chat template refuses are dropped.
    /// Default: null, characters.
    /// </summary>
    public string? ModelPath { get; set; }

    internal bool Balances => BalanceScoreGapClasses is not null || BalancePromptLengthClasses is not null;

    /// <summary>What is not as by default, in a line.</summary>
    public override string ToString() => OptionsText.Of("Filter", this);

    internal PreferenceFilterOptions Copy() => (PreferenceFilterOptions)MemberwiseClone();

    /// <exception cref="ArgumentException">Lists every option that is out of range.</exception>
    internal void Validate()
    {
        var faults = new List<string>();
        AtLeastOne(nameof(MaxPairsPerPrompt), MaxPairsPerPrompt);
        AtLeastOne(nameof(MaxPromptLength), MaxPromptLength);
        AtLeastOne(nameof(MaxAnswerLength), MaxAnswerLength);
        AtLeastOne(nameof(MaxLength), MaxLength);
        if (NearDuplicateSimilarity is { } similarity && !(similarity is > 0 and <= 1))
            faults.Add(OptionFaults.Number(nameof(NearDuplicateSimilarity), "above 0 to 1", similarity, "Use 0.7 to 0.9, or null not to look for them."));
        if (MaxLengthRatio is { } ratio && !(ratio >= 1))
            faults.Add(OptionFaults.Number(nameof(MaxLengthRatio), "at least 1", ratio, "Use 2 to 10, or null for any."));
        if (MinimumScoreGap is { } gap && !(gap >= 0))
            faults.Add(OptionFaults.Number(nameof(MinimumScoreGap), "at least 0", gap, "Use null to keep pairs of any gap."));
        if (Script is { } script && !Enum.IsDefined(script)) faults.Add(OptionFaults.Enum(nameof(Script), script));
        if (TestData is null) faults.Add($"`{nameof(TestData)}` must not be null. Use an empty list.");
        Classes(nameof(BalanceScoreGapClasses), BalanceScoreGapClasses);
        Classes(nameof(BalancePromptLengthClasses), BalancePromptLengthClasses);
        OptionFaults.Throw(faults);

        void AtLeastOne(string name, int? value)
        {
            if (value < 1) faults.Add(OptionFaults.Number(name, "at least 1", value.Value, "Use null for no limit."));
        }

        void Classes(string name, int? value)
        {
            if (value is < 2 or > 100) faults.Add(OptionFaults.Number(name, "from 2 to 100", value.Value, "Use 3 to 5, or null not to balance."));
        }
    }
}
