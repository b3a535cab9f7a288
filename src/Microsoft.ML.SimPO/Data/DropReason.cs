namespace Microsoft.ML.SimPO;

/// <summary>Why a row of the input is not among the pairs. Every dropped row has exactly one reason: the first check that it failed.</summary>
public enum DropReason
{
    /// <summary>
    /// The row could not be read: broken JSON, bytes that are not UTF-8, a line that is too long, a value of another type than the layout
    /// needs.
    /// </summary>
    Malformed,

    /// <summary>A field that the layout needs is missing or null.</summary>
    MissingField,

    /// <summary>The prompt or an answer holds no visible character.</summary>
    EmptyField,

    /// <summary>An answer is not spoken by the assistant.</summary>
    WrongRole,

    /// <summary>The two conversations part before their last turn, so there is no prompt that both answer.</summary>
    PromptsDiffer,

    /// <summary>The turns of the prompt do not alternate between user and assistant, or do not end with the user.</summary>
    TurnOrder,

    /// <summary>All answers of a rated list have the same score, or there are fewer than two of them.</summary>
    NoPreference,

    /// <summary>The chosen and the rejected answer are the same text.</summary>
    ChosenEqualsRejected,

    /// <summary>
    /// The text holds traces of a wrong encoding: replacement characters, lone surrogates, control characters or UTF-8 that was read as
    /// Latin-1.
    /// </summary>
    DamagedText,

    /// <summary>The answers are mostly in another script than was asked for.</summary>
    OtherLanguage,

    /// <summary>The scores of the two answers lie closer together than the minimum gap, or the chosen answer's is the lower one.</summary>
    ScoreGap,

    /// <summary>The model whose tokens lengths are counted in cannot take the pair: its chat template refuses the conversation.</summary>
    NotEncodable,

    /// <summary>One answer is many times as long as the other.</summary>
    LengthRatio,

    /// <summary>The prompt, the answers or the pair are longer than the limit.</summary>
    TooLong,

    /// <summary>The same prompt with the same answers came before.</summary>
    DuplicatePair,

    /// <summary>The same prompt with the same answers, the other way round, is in the data too.</summary>
    Conflict,

    /// <summary>The same prompt came before as often as the limit allows.</summary>
    DuplicatePrompt,

    /// <summary>A nearly identical pair came before.</summary>
    NearDuplicate,

    /// <summary>The prompt is also in the data that the model is to be tested on.</summary>
    Contamination,

    /// <summary>The row's difficulty class has more rows than its share.</summary>
    Balance,
}
