using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Microsoft.ML.SimPO.Training.Session;

/// <summary>
/// The figures of runs for whoever listens, as OpenTelemetry does: meter and activity source are called <c>Microsoft.ML.SimPO</c>. Where nobody listens,
/// nothing is done.
/// </summary>
internal sealed class RunTelemetry : ITrainingObserver, IDisposable
{
    private const string Name = "Microsoft.ML.SimPO";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Gauge<double> Loss = Meter.CreateGauge<double>("simpo.loss");
    private static readonly Gauge<double> Accuracy = Meter.CreateGauge<double>("simpo.rewards.accuracy");
    private static readonly Gauge<double> Margin = Meter.CreateGauge<double>("simpo.rewards.margin");
    private static readonly Gauge<double> Chosen = Meter.CreateGauge<double>("simpo.logps.chosen", "nats");
    private static readonly Gauge<double> Rejected = Meter.CreateGauge<double>("simpo.logps.rejected", "nats");
    private static readonly Gauge<double> GradientNorm = Meter.CreateGauge<double>("simpo.grad_norm");
    private static readonly Gauge<double> LearningRate = Meter.CreateGauge<double>("simpo.learning_rate");
    private static readonly Gauge<double> HeldOutLoss = Meter.CreateGauge<double>("simpo.eval.loss");
    private static readonly Gauge<double> HeldOutAccuracy = Meter.CreateGauge<double>("simpo.eval.rewards.accuracy");
    private static readonly Counter<long> Steps = Meter.CreateCounter<long>("simpo.steps");
    private static readonly Counter<long> Tokens = Meter.CreateCounter<long>("simpo.tokens");
    private static readonly Counter<long> Findings = Meter.CreateCounter<long>("simpo.findings");

    private readonly Activity? _run = Source.StartActivity("fit");

    public void OnStep(TrainingProgress step)
    {
        Loss.Record(step.Loss);
        Accuracy.Record(step.Accuracy);
        Margin.Record(step.Margin);
        Chosen.Record(step.ChosenLogProbability);
        Rejected.Record(step.RejectedLogProbability);
        GradientNorm.Record(step.GradientNorm);
        LearningRate.Record(step.LearningRate);
        Steps.Add(1);
        Tokens.Add(step.Tokens);
        _run?.SetTag("simpo.step", step.Step).SetTag("simpo.total_steps", step.TotalSteps);
    }

    public void OnFinding(TrainingDiagnosis finding)
    {
        Findings.Add(1, new KeyValuePair<string, object?>("rule", finding.Rule), new("severe", finding.IsSevere));
        _run?.AddEvent(new ActivityEvent(finding.Rule, tags: new() { ["simpo.step"] = finding.Step, ["message"] = finding.Message }));
    }

    public void OnValidation(ValidationResult validation)
    {
        HeldOutLoss.Record(validation.Loss);
        if (validation.Metrics.Count > 0) HeldOutAccuracy.Record(validation.Metrics.Accuracy);
    }

    public void Dispose() => _run?.Dispose();
}
