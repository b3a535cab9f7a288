namespace Microsoft.ML.SimPO.Data;

/// <summary>
/// One message of a conversation. Roles are <c>system</c>, <c>user</c>, <c>assistant</c> and <c>tool</c>, whatever the data calls them.
/// </summary>
internal readonly record struct Turn(string Role, string Content)
{
    public const string System = "system";
    public const string User = "user";
    public const string Assistant = "assistant";
    public const string Tool = "tool";
}
