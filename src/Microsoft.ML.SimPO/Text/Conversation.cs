using Microsoft.ML.SimPO.Text.Templates.Values;

namespace Microsoft.ML.SimPO.Text;

/// <summary>A conversation with all that chat templates know today. Immutable.</summary>
/// <param name="Messages">The messages, from the first.</param>
internal sealed record Conversation(IReadOnlyList<Message> Messages)
{
    /// <summary>Schemas of the tools that may be called; null for none.</summary>
    public JinjaList? Tools { get; init; }

    /// <summary>Documents to answer from; null for none.</summary>
    public JinjaList? Documents { get; init; }

    /// <summary>More names that the template sees, such as <c>enable_thinking</c>; null for none. The field <c>chat_template_kwargs</c> of data sets.</summary>
    public JinjaDictionary? Variables { get; init; }

    /// <summary>Whether there are messages alone.</summary>
    public bool IsBare => Tools is null && Documents is null && Variables is null;

    /// <summary>A user's one turn.</summary>
    public static Conversation OfUser(string content) => new([new Message(Message.User, content)]);

    /// <summary>The same with other messages.</summary>
    public Conversation With(IReadOnlyList<Message> messages) => this with { Messages = messages };
}
