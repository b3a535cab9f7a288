namespace Microsoft.ML.SimPO.Training.Session;

/// <summary>Takes what a run has to say, in sentences. Called on the run's own thread.</summary>
internal interface ITrainingLog
{
    /// <summary>How the run goes.</summary>
    void Info(string message);

    /// <summary>What the user should look at.</summary>
    void Warning(string message);

    /// <summary>What spoils the result; the run goes on.</summary>
    void Error(string message);
}
