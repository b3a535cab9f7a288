using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.SimPO.Training.State;

/// <summary>Steps, evaluations and findings as JSON, under the names of their types. What is read is whole: nothing in it is null that must not be.</summary>
internal static class RecordJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
        Converters = { new JsonStringEnumConverter<TrainingSymptom>() },
    };

    /// <exception cref="JsonException">It is none, or not whole.</exception>
    public static T Read<T>(ReadOnlySpan<byte> json) => Check(JsonSerializer.Deserialize<T>(json, Options));

    /// <summary>What the serializer does not look into: the elements of lists.</summary>
    /// <exception cref="JsonException">Something is null that must not be.</exception>
    public static T Check<T>(T? value) => value switch
    {
        null => throw new JsonException("A record is null."),
        ValidationResult { Metrics: var metrics } when metrics.Calibration.Any(b => b is null) || metrics.Groups.Values.Any(g => g is null) =>
            throw new JsonException("A metric is null."),
        _ => value,
    };
}
