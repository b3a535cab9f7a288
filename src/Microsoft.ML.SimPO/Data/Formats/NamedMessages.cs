using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data.Formats;

/// <summary>A conversation with the name that a fault calls it.</summary>
internal readonly record struct NamedMessages(string Name, List<Message> Messages);
