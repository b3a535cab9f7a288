namespace SimPO.Cli;

/// <summary>What the command returns to the shell.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>The work failed; standard error says why.</summary>
    public const int Failed = 1;

    /// <summary>The command line is none.</summary>
    public const int Usage = 2;

    /// <summary>What was looked at has an error.</summary>
    public const int Found = 3;

    /// <summary>It was interrupted, as shells say it.</summary>
    public const int Interrupted = 130;
}
