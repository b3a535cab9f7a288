using Microsoft.ML.SimPO.Text.Templates;
using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text;

/// <summary>One message of a conversation: who speaks, what is said, and whatever else a chat template may know of it, as it came. Immutable.</summary>
internal sealed class Message : IEquatable<Message>
{
    public const string System = "system", Developer = "developer", User = "user", Assistant = "assistant", Tool = "tool";

    private readonly JinjaDictionary? _fields;

    /// <param name="role">Who speaks: <c>system</c>, <c>user</c>, <c>assistant</c> or <c>tool</c>; templates may know others.</param>
    /// <param name="content">What is said.</param>
    public Message(string role, string content) => (Role, Content) = (role, content);

    /// <param name="fields">All of it under the names that templates read; see <see cref="MessageReader"/>.</param>
    public Message(JinjaDictionary fields)
    {
        (Role, Content) = (Text(fields, MessageFields.Role) ?? "", MessageFields.ContentText(fields));
        bool isPlain = fields.Count == 2 && fields.TryGet(MessageFields.Content, out object? content) && content is string;
        _fields = isPlain ? null : fields;
    }

    /// <summary>Who speaks.</summary>
    public string Role { get; }

    /// <summary>What is said: the content, or the texts of its parts; empty where there is none.</summary>
    public string Content { get; }

    /// <summary>Whether it is role and content alone, the content a text.</summary>
    public bool IsPlain => _fields is null;

    /// <summary>What a template sees.</summary>
    public JinjaDictionary Fields => _fields ?? MessageFields.Of(Role, Content);

    /// <summary>The thought before the answer; null where there is none.</summary>
    public string? Thought => Field(MessageFields.Thought) as string;

    /// <summary>Whether it calls tools.</summary>
    public bool CallsTools => Field(MessageFields.Calls) is JinjaList { Items.Length: > 0 };

    /// <summary>The value of a field; null where there is none.</summary>
    public object? Field(string name) => _fields is not null && _fields.TryGet(name, out object? value) ? value : null;

    /// <summary>The same message with another content.</summary>
    public Message WithContent(string content) =>
        _fields is null ? new Message(Role, content) : new Message(MessageFields.With(_fields, MessageFields.Content, content));

    /// <summary>The same message of another speaker.</summary>
    public Message WithRole(string role) =>
        role == Role ? this : _fields is null ? new Message(role, Content) : new Message(MessageFields.With(_fields, MessageFields.Role, role));

    public bool Equals(Message? other)
    {
        if (other is null || Role != other.Role || Content != other.Content) return false;
        if (_fields is null || other._fields is null) return ReferenceEquals(_fields, other._fields);
        return JinjaComparison.AreEqual(_fields, other._fields, new JinjaBudget(JinjaOptions.Default));
    }

    public override bool Equals(object? obj) => Equals(obj as Message);

    public override int GetHashCode() => HashCode.Combine(Role, Content);

    public override string ToString() => $"{Role}: {Content}";

    private static string? Text(JinjaDictionary fields, string name) => fields.TryGet(name, out object? value) ? value as string : null;
}
