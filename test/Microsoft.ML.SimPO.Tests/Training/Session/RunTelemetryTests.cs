using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Microsoft.ML.SimPO.Training.Session;

/// <summary>What a listener of another part of the process hears of a run.</summary>
public sealed class RunTelemetryTests
{
    [Fact]
    public void Meters_and_activities_carry_the_figures_of_the_run()
    {
        List<(string Name, double Value)> heard = [];
        int thread = Environment.CurrentManagedThreadId; // other tests have runs, too
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Microsoft.ML.SimPO") listener.EnableMeasurementEvents(instrument);
            },
        };
        void Hear(string name, double value)
        {
            if (Environment.CurrentManagedThreadId == thread) heard.Add((name, value));
        }

        meters.SetMeasurementEventCallback<double>((instrument, value, _, _) => Hear(instrument.Name, value));
        meters.SetMeasurementEventCallback<long>((instrument, value, _, _) => Hear(instrument.Name, value));
        meters.Start();
        List<Activity> activities = [];
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Microsoft.ML.SimPO",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (Environment.CurrentManagedThreadId == thread) activities.Add(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var run = new SmallRun { Loss = step => 10 - step };
        TrainingRun told = run.Run();
        double[] Of(string name) => [.. heard.Where(h => h.Name == name).Select(h => h.Value)];
        Assert.Equal(told.Steps.Select(s => s.Loss), Of("simpo.loss"));
        Assert.Equal(told.Steps.Select(s => s.Margin), Of("simpo.rewards.margin"));
        Assert.Equal(told.Steps.Select(s => s.ChosenLogProbability), Of("simpo.logps.chosen"));
        Assert.Equal(told.Steps.Select(s => s.GradientNorm), Of("simpo.grad_norm"));
        Assert.Equal(told.Steps.Select(s => (double)s.Tokens), Of("simpo.tokens"));
        Assert.Equal([10, 8, 6, 4], Of("simpo.eval.loss"));
        Activity fit = Assert.Single(activities);
        Assert.Equal(("fit", 6), (fit.OperationName, fit.GetTagItem("simpo.step")));
    }

    [Fact]
    public void The_run_is_written_as_Hugging_Faces_trainers_write_theirs()
    {
        using var run = new SmallRun { Loss = step => 10 - step };
        TrainingRun told = run.Run();
        System.Text.Json.JsonElement state = System.Text.Json.JsonDocument.Parse(told.ToTrainerStateJson()).RootElement;
        Assert.Equal((6, 6, 3.0, 4.0), (state.GetProperty("global_step").GetInt32(), state.GetProperty("max_steps").GetInt32(),
            state.GetProperty("epoch").GetDouble(), state.GetProperty("best_metric").GetDouble()));
        System.Text.Json.JsonElement[] history = [.. state.GetProperty("log_history").EnumerateArray()];
        Assert.Equal([0, 1, 2, 2, 3, 4, 4, 5, 6, 6], history.Select(e => e.GetProperty("step").GetInt32()));
        Assert.Equal(told.Steps.Select(s => s.Loss), history.Where(e => e.TryGetProperty("loss", out _)).Select(e => e.GetProperty("loss").GetDouble()));
        Assert.Equal([10, 8, 6, 4], history.Where(e => e.TryGetProperty("eval_loss", out _)).Select(e => e.GetProperty("eval_loss").GetDouble()));
        System.Text.Json.JsonElement results = System.Text.Json.JsonDocument.Parse(told.ToResultsJson()).RootElement;
        Assert.Equal((3.0, 4.0, 4L), (results.GetProperty("epoch").GetDouble(), results.GetProperty("eval_loss").GetDouble(),
            results.GetProperty("train_samples").GetInt64()));
        Assert.Equal(told.Steps.Average(s => s.Loss), results.GetProperty("train_loss").GetDouble(), 12);
    }
}
