namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>How a prompt became text.</summary>
internal enum PromptHandling
{
    /// <summary>As it is: there is no chat template, or it is turned off.</summary>
    Plain,

    /// <summary>Rendered with the chat template.</summary>
    Templated,

    /// <summary>As it is: it holds the template's own turn tokens.</summary>
    AlreadyTemplated,
}
