using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text;

/// <summary>
/// Reads messages of any of the usual shapes: objects with <c>role</c> and <c>content</c>, or <c>from</c> and <c>value</c> as ShareGPT has them. Every other
/// field stays as it came,
/// but for what transformers makes equal: a field that is null is absent, <c>reasoning_content</c>, <c>thinking</c> and <c>reasoning</c> are one, an empty
/// list of calls is none. Calls are a list of objects, also where they stand as JSON in a text, as the one <c>function_call</c> of former files, or as what
/// a speaker <c>function_call</c> of ShareGPT says.
/// </summary>
internal static class MessageReader
{
    /// <summary>What says who speaks, in one data set or another.</summary>
    public static readonly string[] RoleNames = [MessageFields.Role, "from", "speaker", "author"];

    /// <summary>Google's name for content, which is always a list.</summary>
    private const string Parts = "parts";

    private static readonly string[] ContentNames = [MessageFields.Content, "value", "text", "message", Parts];

    /// <summary>Whether a value is a message, or a list that begins with one.</summary>
    public static bool Looks(object? value) => value switch
    {
        JinjaDictionary fields => First(fields, RoleNames) is (_, string) && (First(fields, ContentNames) is not null || HasCalls(fields)),
        JinjaList { Items: [JinjaDictionary first, ..] } => First(first, RoleNames) is (_, string) && HasContent(first),
        _ => false,
    };

    /// <summary>The messages of a list, or the one that an object is.</summary>
    /// <param name="value">A value of JSON.</param>
    /// <param name="field">What it is called in messages.</param>
    /// <param name="messages">Takes them.</param>
    /// <param name="asGiven">Whether calls, and content that is null or not there, stay as they came, as TRL hands them to a template.</param>
    /// <returns>What is wrong with it; null for nothing.</returns>
    public static string? Read(object? value, string field, List<Message> messages, bool asGiven = false)
    {
        if (value is JinjaDictionary) return ReadOne(value, field, messages, asGiven);
        if (value is not JinjaList list) return $"`{field}` must be a list of messages, but was {KindOf(value)}.";
        for (int i = 0; i < list.Items.Length; i++)
            if (ReadOne(list.Items[i], FormattableString.Invariant($"{field}[{i}]"), messages, asGiven) is { } fault) return fault;
        return null;
    }

    /// <summary>What a person calls a value of JSON.</summary>
    public static string KindOf(object? value) => value switch
    {
        null => "null",
        string => "text",
        bool => "true or false",
        JinjaList => "a list",
        JinjaDictionary => "an object",
        _ => "a number",
    };

    private static string? ReadOne(object? value, string field, List<Message> messages, bool asGiven)
    {
        if (value is not JinjaDictionary fields) return $"`{field}` must be a message with `role` and `content`, but was {KindOf(value)}.";
        if (First(fields, RoleNames) is not var (roleName, role)) return $"`{field}.role` is missing or null.";
        if (role is not string speaker) return $"`{field}.role` must be text, but was {KindOf(role)}.";
        (string Name, object? Value)? content = First(fields, ContentNames);
        if (!asGiven && speaker == MessageFields.FormerCall && content is (var contentName, string said) && CallsIn(said) is { } spoken)
            return ReadOne(AsCalls(fields, roleName, contentName, spoken), field, messages, asGiven);
        object? calls = CallsOf(fields);
        if ((CallsFault(calls, field) ?? (content is { } given ? ContentFault(given.Value, speaker, field) : null)) is { } fault) return fault;
        if (!asGiven && content is null && calls is not JinjaList { Items.Length: > 0 }) return $"`{field}.content` is missing or null.";
        messages.Add(new Message(Normalized(fields, roleName, roleName == MessageFields.Role ? speaker : KnownRole(speaker), content?.Name, asGiven)));
        return null;
    }

    private static string? ContentFault(object? content, string role, string field)
    {
        if (content is string || (content is JinjaDictionary && role == Message.Tool)) return null;
        if (content is not JinjaList parts) return $"`{field}.content` must be text, or a list of text parts, but was {KindOf(content)}.";
        foreach (object? part in parts.Items)
            if (part is JinjaDictionary typed && typed.TryGet("type", out object? type) && type is string name && !MessageFields.IsTextType(name))
                return $"`{field}.content` holds a part of type `{name}`, but must be text: the model reads nothing else.";
        return MessageFields.PartTexts(parts) is null ? $"`{field}.content` must be text, or a list of text parts, but was a list of something else." : null;
    }

    /// <summary>The fields by the names that templates know, in their order, without what is null.</summary>
    private static JinjaDictionary Normalized(JinjaDictionary fields, string roleName, string role, string? contentName, bool asGiven)
    {
        var message = new JinjaDictionary();
        foreach ((object? key, object? value) in fields.Items)
        {
            if (asGiven && key is MessageFields.Calls or MessageFields.Content)
            {
                message[key] = value;
                continue;
            }
            if (value is null || (key is MessageFields.Calls && CallsOf(fields) is null or JinjaList { Items.Length: 0 })) continue;
            if (key is string name && name == roleName) message[MessageFields.Role] = role;
            else if (key is string other && other == contentName)
                message[MessageFields.Content] = other == Parts && value is JinjaList parts ? string.Concat(MessageFields.PartTexts(parts)!) : value;
            else if (key is MessageFields.Calls || (key is MessageFields.FormerCall && value is JinjaDictionary))
                message[MessageFields.Calls] = new JinjaList(Array.ConvertAll(((JinjaList)CallsOf(fields)!).Items, MessageFields.AsFunction));
            else message[key] = value;
        }
        foreach (string name in MessageFields.Thoughts)
        {
            if (!message.TryGet(name, out object? thought)) continue;
            if (!message.TryGet(MessageFields.Thinking, out _)) message[MessageFields.Thinking] = thought;
            message[MessageFields.Thought] = thought;
            break;
        }
        return message;
    }

    /// <summary>The calls of a message as they are given, JSON in a text as what it says; null for none.</summary>
    private static object? CallsOf(JinjaDictionary fields)
    {
        if (fields.TryGet(MessageFields.Calls, out object? calls) && calls is string text)
            calls = string.IsNullOrWhiteSpace(text) ? null : ConversationText.Value(text) ?? text;
        if (calls is not (null or JinjaList { Items.Length: 0 })) return calls;
        return fields.TryGet(MessageFields.FormerCall, out object? call) && call is JinjaDictionary ? new JinjaList([call]) : null;
    }

    /// <summary>The calls that a text is as JSON; null for any other text.</summary>
    private static JinjaList? CallsIn(string text)
    {
        JinjaList? calls = ConversationText.Value(text) switch { JinjaList list => list, JinjaDictionary one => new JinjaList([one]), _ => null };
        return calls is { Items.Length: > 0 } && Array.TrueForAll(calls.Items, IsCall) ? calls : null;

        static bool IsCall(object? value) =>
            value is JinjaDictionary fields && fields.TryGet("name", out object? name) && name is string && fields.TryGet("arguments", out _);
    }

    private static JinjaDictionary AsCalls(JinjaDictionary fields, string roleName, string contentName, JinjaList calls) => MessageFields.With(
        MessageFields.With(MessageFields.Without(fields, contentName), roleName, Message.Assistant), MessageFields.Calls, calls);

    private static string? CallsFault(object? calls, string field)
    {
        if (calls is null) return null;
        if (calls is not JinjaList list) return $"`{field}.{MessageFields.Calls}` must be a list of calls, but was {KindOf(calls)}.";
        int wrong = Array.FindIndex(list.Items, call => call is not JinjaDictionary);
        return wrong < 0 ? null
            : FormattableString.Invariant($"`{field}.{MessageFields.Calls}[{wrong}]` must be a call, but was {KindOf(list.Items[wrong])}.");
    }

    private static string KnownRole(string name) => name switch
    {
        "human" => Message.User,
        "gpt" => Message.Assistant,
        _ => name,
    };

    private static bool HasContent(JinjaDictionary fields) => ContentNames.Any(name => fields.TryGet(name, out _)) || HasCalls(fields);

    private static bool HasCalls(JinjaDictionary fields) => fields.TryGet(MessageFields.Calls, out _) || fields.TryGet(MessageFields.FormerCall, out _);

    private static (string Name, object? Value)? First(JinjaDictionary fields, string[] names)
    {
        foreach (string name in names)
            if (fields.TryGet(name, out object? value) && value is not null) return (name, value);
        return null;
    }
}
