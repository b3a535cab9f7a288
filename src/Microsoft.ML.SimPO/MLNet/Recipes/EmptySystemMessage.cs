using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Puts an empty system message before prompts without one, as the SimPO repository's scripts do where the chat template speaks of such messages.
/// </summary>
internal static class EmptySystemMessage
{
    /// <summary>Whether the template does.</summary>
    public static bool IsKnownTo(string template) =>
        template.Contains("system", StringComparison.Ordinal) || template.Contains("<|im_start|>", StringComparison.Ordinal);

    /// <summary>The template of a recipe's model: the recipe's own, else the model's; null for none.</summary>
    public static string? TemplateOf(ScoringOptions options, string modelPath) =>
        options.ChatTemplate ?? (Directory.Exists(modelPath) ? ChatTemplate.Load(modelPath)?.Source : null);

    /// <summary>The view with such prompts.</summary>
    public static IDataView AddTo(IDataView data, MLContext context) =>
        context.Transforms.CustomMapping<PromptColumn, PromptColumn>((from, to) => to.Prompt = With(from.Prompt), contractName: null).Fit(data).Transform(data);

    private static string With(string prompt)
    {
        Conversation conversation = ConversationText.Parse(prompt);
        return conversation.Messages is [{ Role: Message.System }, ..] ? prompt
            : ConversationText.Format(conversation.With([new Message(Message.System, ""), .. conversation.Messages]));
    }

    private sealed class PromptColumn
    {
        public string Prompt { get; set; } = "";
    }
}
