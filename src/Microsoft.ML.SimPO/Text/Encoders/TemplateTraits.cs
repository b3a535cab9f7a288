using Microsoft.ML.SimPO.Text.Templates;
using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>What a chat template reads of messages beside role and text, found by rendering some. Each is found when it is first asked for.</summary>
internal sealed class TemplateTraits
{
    private const string First = "qzwxfirst", Second = "qzwxsecond", Name = "qzwxprobe", Value = "qzwxvalue";

    private const string Arguments = $$"""{"qzwxkey": "{{Value}}"}""", Thought = "qzwxthought";

    private readonly ChatTemplate _template;
    private readonly Lazy<bool> _takesParts, _takesTextArguments, _readsCalls, _readsThoughts;

    public TemplateTraits(ChatTemplate template)
    {
        _template = template;
        _takesParts = new Lazy<bool>(() => Takes(Message.User) && Takes(Message.Assistant));
        _takesTextArguments = new Lazy<bool>(() => Render(Call(Arguments))?.Contains(Arguments, StringComparison.Ordinal) == true);
        _readsCalls = new Lazy<bool>(() => ReadsCall(Arguments) || ReadsCall(ConversationText.Value(Arguments)!));
        JinjaDictionary thinking = MessageFields.With(Answer("y", MessageFields.Thought, Thought).Fields, MessageFields.Thinking, Thought);
        _readsThoughts = new Lazy<bool>(() => Reads(new Message(thinking), Thought));
    }

    /// <summary>Whether content may be a list of text parts; else their texts are one.</summary>
    public bool TakesParts => _takesParts.Value;

    /// <summary>Whether arguments given as JSON text are written as they stand; else the template wants the mapping that they say.</summary>
    public bool TakesTextArguments => _takesTextArguments.Value;

    /// <summary>Whether calls of tools are written at all.</summary>
    public bool ReadsCalls => _readsCalls.Value;

    /// <summary>Whether the thought of an answer is written.</summary>
    public bool ReadsThoughts => _readsThoughts.Value;

    /// <summary>A message as this template reads it.</summary>
    public Message Adapt(Message message)
    {
        if (message.IsPlain) return message;
        JinjaDictionary fields = message.Fields;
        if (fields.TryGet(MessageFields.Content, out object? content) && content is JinjaList && !TakesParts)
            fields = MessageFields.With(fields, MessageFields.Content, message.Content);
        if (message.Field(MessageFields.Calls) is JinjaList calls)
        {
            if (!TakesTextArguments) fields = MessageFields.With(fields, MessageFields.Calls, new JinjaList(Array.ConvertAll(calls.Items, WithMapping)));
            if (content is null) fields = MessageFields.With(fields, MessageFields.Content, "");
        }
        return ReferenceEquals(fields, message.Fields) ? message : new Message(fields);
    }

    /// <summary>Arguments that are a JSON object in a text, as that object; any others as they are.</summary>
    private static object? WithMapping(object? call)
    {
        if (call is not JinjaDictionary whole) return call;
        bool isWrapped = whole.TryGet("function", out object? inner) && inner is JinjaDictionary;
        JinjaDictionary function = isWrapped ? (JinjaDictionary)inner! : whole;
        if (!function.TryGet("arguments", out object? arguments) || arguments is not string text) return call;
        if (ConversationText.Value(text) is not JinjaDictionary mapping) return call;
        JinjaDictionary changed = MessageFields.With(function, "arguments", mapping);
        return isWrapped ? MessageFields.With(whole, "function", changed) : changed;
    }

    private bool Takes(string role)
    {
        var parts = new JinjaList([Part(First), Part(Second)]);
        Message probe = new(MessageFields.With(MessageFields.Of(role, ""), MessageFields.Content, parts));
        string? text = role == Message.User ? Rendered([probe]) : Render(probe);
        bool hasBoth = text is not null && text.Contains(First, StringComparison.Ordinal) && text.Contains(Second, StringComparison.Ordinal);
        return hasBoth && !text!.Contains("'type'", StringComparison.Ordinal);
    }

    private bool ReadsCall(object arguments) => Reads(Call(arguments), Name) || Reads(Call(arguments), Value);

    private bool Reads(Message answer, string word) => Render(answer)?.Contains(word, StringComparison.Ordinal) == true;

    private string? Render(Message answer) => Rendered([new Message(Message.User, "x"), answer]);

    private string? Rendered(Message[] messages)
    {
        try
        {
            return _template.Render(messages, addGenerationPrompt: false);
        }
        catch (JinjaException)
        {
            return null;
        }
    }

    private static JinjaDictionary Part(string text)
    {
        var part = new JinjaDictionary();
        part["type"] = "text";
        part["text"] = text;
        return part;
    }

    private static Message Answer(string content, string name, object value) =>
        new(MessageFields.With(MessageFields.Of(Message.Assistant, content), name, value));

    private static Message Call(object arguments)
    {
        JinjaDictionary function = new(), call = new();
        function["name"] = Name;
        function["arguments"] = arguments;
        call["id"] = "abcdefgh1"; // nine letters, as Mistral's templates demand
        call["type"] = "function";
        call["function"] = function;
        return Answer("", MessageFields.Calls, new JinjaList([call]));
    }
}
