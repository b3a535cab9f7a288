using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Microsoft.ML.SimPO;

/// <content>The run as Hugging Face's trainers write theirs.</content>
public sealed partial class TrainingRun
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    /// <summary>
    /// <c>trainer_state.json</c>: <c>global_step</c>, <c>max_steps</c>, <c>epoch</c>, <c>best_metric</c> and a <c>log_history</c> of every step and evaluation.
    /// </summary>
    public string ToTrainerStateJson() => Json(json =>
    {
        TrainingProgress? last = Steps is [.., var newest] ? newest : null;
        WriteFigure(json, "best_metric", BestValidation?.Loss ?? double.NaN, orNull: true);
        json.WriteNull("best_model_checkpoint");
        json.WriteNumber("epoch", last?.Epoch ?? 0);
        json.WriteNumber("global_step", last?.Step ?? 0);
        json.WriteBoolean("is_hyper_param_search", false);
        json.WriteBoolean("is_local_process_zero", true);
        json.WriteBoolean("is_world_process_zero", true);
        json.WriteStartArray("log_history");
        ILookup<int, ValidationResult> validations = Validations.ToLookup(v => v.Step);
        foreach (ValidationResult validation in validations[0]) WriteEntry(json, validation);
        foreach (TrainingProgress step in Steps)
        {
            WriteEntry(json, step);
            foreach (ValidationResult validation in validations[step.Step]) WriteEntry(json, validation);
        }
        json.WriteEndArray();
        json.WriteNumber("logging_steps", 1);
        json.WriteNumber("max_steps", last?.TotalSteps ?? 0);
        json.WriteNumber("total_flos", 0);
    });

    /// <summary><c>all_results.json</c>: the figures of the last evaluation under <c>eval_</c>, and the means of the run under <c>train_</c>.</summary>
    public string ToResultsJson() => Json(json =>
    {
        json.WriteNumber("epoch", Steps is [.., var last] ? last.Epoch : 0);
        if (Validations is [.., var validation]) WriteFigures(json, validation);
        double seconds = Elapsed.TotalSeconds;
        if (Steps.Count > 0) WriteFigure(json, "train_loss", Steps.Average(s => s.Loss));
        json.WriteNumber("train_runtime", seconds);
        if (TrainingData is { } data) json.WriteNumber("train_samples", data.Used);
        if (seconds > 0) json.WriteNumber("train_steps_per_second", Steps.Count / seconds);
    });

    private static void WriteEntry(Utf8JsonWriter json, TrainingProgress step)
    {
        json.WriteStartObject();
        json.WriteNumber("epoch", step.Epoch);
        WriteFigure(json, "grad_norm", step.GradientNorm);
        json.WriteNumber("learning_rate", step.LearningRate);
        WriteFigure(json, "logps/chosen", step.ChosenLogProbability);
        WriteFigure(json, "logps/rejected", step.RejectedLogProbability);
        WriteFigure(json, "loss", step.Loss);
        WriteFigure(json, "rewards/accuracies", step.Accuracy);
        WriteFigure(json, "rewards/chosen", step.ChosenReward);
        WriteFigure(json, "rewards/margins", step.Margin);
        WriteFigure(json, "rewards/rejected", step.RejectedReward);
        foreach ((string name, double value) in step.MethodMetrics) WriteFigure(json, name, value);
        json.WriteNumber("step", step.Step);
        json.WriteEndObject();
    }

    private static void WriteEntry(Utf8JsonWriter json, ValidationResult validation)
    {
        json.WriteStartObject();
        json.WriteNumber("epoch", validation.Epoch);
        WriteFigures(json, validation);
        json.WriteNumber("step", validation.Step);
        json.WriteEndObject();
    }

    private static void WriteFigures(Utf8JsonWriter json, ValidationResult validation)
    {
        WriteFigure(json, "eval_loss", validation.Loss);
        if (validation.Figures is not { } figures) return;
        WriteFigure(json, "eval_logps/chosen", figures.ChosenLogProbability);
        WriteFigure(json, "eval_logps/rejected", figures.RejectedLogProbability);
        WriteFigure(json, "eval_rewards/accuracies", figures.Accuracy);
        WriteFigure(json, "eval_rewards/chosen", figures.ChosenReward);
        WriteFigure(json, "eval_rewards/margins", figures.Margin);
        WriteFigure(json, "eval_rewards/rejected", figures.RejectedReward);
        foreach ((string name, double value) in figures.MethodMetrics) WriteFigure(json, $"eval_{name}", value);
    }

    /// <summary>Nothing, or null, where it is no finite number, which JSON does not have.</summary>
    private static void WriteFigure(Utf8JsonWriter json, string name, double value, bool orNull = false)
    {
        if (double.IsFinite(value)) json.WriteNumber(name, value);
        else if (orNull) json.WriteNull(name);
    }

    private static string Json(Action<Utf8JsonWriter> fields)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Indented))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
