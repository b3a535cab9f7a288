using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Text.Gguf;
using Microsoft.ML.SimPO.Text.Templates.Python;
using Microsoft.ML.SimPO.Text.Tokenization.Conversion;

namespace Microsoft.ML.SimPO.Text.Templates;

/// <summary>The chat template of a model, with the texts of its special tokens.</summary>
internal sealed class ChatTemplate
{
    private readonly JinjaTemplate _template;
    private readonly IReadOnlyDictionary<string, object?> _tokens;
    private readonly JinjaOptions _options;

    /// <param name="source">The Jinja template.</param>
    /// <param name="tokens">Variables that every rendering gets: <c>bos_token</c>, <c>eos_token</c> ..</param>
    /// <param name="options">Bounds and clock.</param>
    /// <exception cref="JinjaException">The template is not valid.</exception>
    public ChatTemplate(string source, IReadOnlyDictionary<string, object?> tokens, JinjaOptions? options = null)
    {
        _template = JinjaTemplate.Parse(source);
        _tokens = tokens;
        _options = options ?? JinjaOptions.Default;
    }

    public string Source => _template.Source;

    /// <summary>The text of the beginning-of-sequence token; null where the model names none.</summary>
    public string? BosToken => _tokens.GetValueOrDefault("bos_token") as string;

    /// <summary>The text of the end-of-sequence token; null where the model names none.</summary>
    public string? EosToken => _tokens.GetValueOrDefault("eos_token") as string;

    /// <summary>The template of a model's folder.</summary>
    /// <returns>Null where the folder has none.</returns>
    /// <exception cref="InvalidDataException">A file cannot be read, or the template in it is not valid.</exception>
    public static ChatTemplate? Load(string folder, JinjaOptions? options = null) =>
        Load(GgufTokenizerReader.FilesOf(folder, [.. ChatTemplateFiles.FileNames, .. VocabularyFiles.NamesFor(folder)]), options);

    /// <inheritdoc cref="Load(string, JinjaOptions?)"/>
    public static ChatTemplate? Load(ModelFiles files, JinjaOptions? options = null) => ChatTemplateFiles.Load(files, options);

    /// <summary>The text of a conversation.</summary>
    /// <param name="messages">The turns.</param>
    /// <param name="addGenerationPrompt">Whether the header of the answer follows, so that the model writes it.</param>
    /// <param name="continueFinalMessage">Whether the text ends with the content of the last message, so that the model goes on with it.</param>
    /// <param name="variables">More names for the template, such as <c>tools</c> or <c>date_string</c>.</param>
    /// <exception cref="JinjaException">The template fails on this conversation; <see cref="JinjaException.Detail"/> is its own message.</exception>
    public string Render(
        IReadOnlyList<Message> messages,
        bool addGenerationPrompt,
        bool continueFinalMessage = false,
        IReadOnlyDictionary<string, object?>? variables = null)
    {
        if (addGenerationPrompt && continueFinalMessage)
            throw new ArgumentException("`addGenerationPrompt` and `continueFinalMessage` exclude each other. Choose one.", nameof(continueFinalMessage));
        var all = new Dictionary<string, object?>(_tokens, StringComparer.Ordinal) { ["tools"] = null, ["documents"] = null };
        foreach ((string name, object? value) in variables ?? new Dictionary<string, object?>()) all[name] = value;
        all["messages"] = messages;
        all["add_generation_prompt"] = addGenerationPrompt;
        string text = _template.Render(all, _options);
        return continueFinalMessage ? CutAfterFinalMessage(text, messages[^1].Content) : text;
    }

    /// <summary>The text of a conversation with its tools, documents and variables.</summary>
    /// <inheritdoc cref="Render(IReadOnlyList{Message}, bool, bool, IReadOnlyDictionary{string, object?}?)"/>
    public string Render(Conversation conversation, bool addGenerationPrompt, bool continueFinalMessage = false)
    {
        if (conversation.IsBare) return Render(conversation.Messages, addGenerationPrompt, continueFinalMessage);
        var variables = new Dictionary<string, object?>(StringComparer.Ordinal) { ["tools"] = conversation.Tools, ["documents"] = conversation.Documents };
        foreach ((object? name, object? value) in conversation.Variables?.Items ?? []) variables[(string)name!] = value;
        return Render(conversation.Messages, addGenerationPrompt, continueFinalMessage, variables);
    }

    /// <summary>The text up to the end of the last message's content, as the template wrote it.</summary>
    /// <exception cref="JinjaException">ValueError: the content does not occur.</exception>
    internal static string CutAfterFinalMessage(string text, string content)
    {
        string bare = PythonText.Strip(content);
        int at = text.LastIndexOf(bare, StringComparison.Ordinal);
        if (at < 0) throw JinjaException.Value("The final message does not appear in the chat after applying the chat template.");
        string withTail = PythonText.StripStart(content);
        bool keepsSpace = at + withTail.Length <= text.Length && string.CompareOrdinal(text, at, withTail, 0, withTail.Length) == 0;
        return text[..(at + (keepsSpace ? withTail.Length : bare.Length))];
    }
}
