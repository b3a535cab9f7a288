namespace SimPO.Cli;

/// <summary>A command line that is none.</summary>
internal sealed class UsageException(string message) : Exception(message);
