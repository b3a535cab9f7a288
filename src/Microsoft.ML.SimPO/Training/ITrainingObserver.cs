namespace Microsoft.ML.SimPO.Training;

/// <summary>Follows a run on its own thread, between steps.</summary>
internal interface ITrainingObserver
{
    /// <summary>Called once, before the first step: the place to put weights and optimizer where another run stopped.</summary>
    /// <returns>Steps of the plan that are done, and the time they took.</returns>
    (int Steps, TimeSpan Elapsed) Start(AdamW optimizer);

    /// <summary>Called after every step.</summary>
    /// <returns>Whether the run goes on.</returns>
    bool AfterStep(TrainingProgress progress, AdamW optimizer);

    /// <summary>Called when the run is cancelled. Weights and optimizer are those of the last whole step.</summary>
    void Cancelled(AdamW optimizer);
}
