namespace Microsoft.ML.SimPO.Text;

/// <summary>One turn of a conversation.</summary>
/// <param name="Role">Who speaks: <c>system</c>, <c>user</c> or <c>assistant</c>; templates may know others.</param>
/// <param name="Content">What is said.</param>
internal sealed record ChatMessage(string Role, string Content);
