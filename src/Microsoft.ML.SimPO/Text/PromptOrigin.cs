namespace Microsoft.ML.SimPO.Text;

/// <summary>What the prompts of data were before they became turns, for a model that has no chat template and reads texts as they stand.</summary>
[Flags]
internal enum PromptOrigin
{
    /// <summary>Prompts by themselves.</summary>
    Given = 0,

    /// <summary>The beginning that two texts share.</summary>
    Shared = 1,

    /// <summary>Dialogues: <c>\n\nHuman: ...\n\nAssistant: ...</c>.</summary>
    Dialogue = 2,

    /// <summary>Dialogues whose first mark stands at the beginning of the text.</summary>
    BareDialogue = 4,
}
