using Microsoft.ML.SimPO.Data.Containers;

namespace Microsoft.ML.SimPO.Data;

/// <summary>What is wrong with one row.</summary>
/// <param name="Reason">The class that it is counted in.</param>
/// <param name="Message">Field, what was expected and what was found: "`chosen` must be text or a list of messages, but was a number."</param>
internal sealed record RowFault(DropReason Reason, string Message)
{
    public static RowFault Malformed(string message) => new(DropReason.Malformed, message);

    public static RowFault Missing(string field) => new(DropReason.MissingField, $"`{field}` is missing or null.");

    public static RowFault Empty(string field) => new(DropReason.EmptyField, $"`{field}` holds no visible character.");

    public static RowFault Type(string field, string expected, FieldValue found) =>
        found.IsNull ? Missing(field) : Malformed($"`{field}` must be {expected}, but was {found.KindName}.");
}
