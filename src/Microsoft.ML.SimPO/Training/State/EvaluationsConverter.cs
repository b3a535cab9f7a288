using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microsoft.ML.SimPO.Training.State;

/// <summary>Evaluations in <c>trainer_state.json</c>: their properties have the names of the types, where all else there is in snake case.</summary>
internal sealed class EvaluationsConverter : JsonConverter<IReadOnlyList<ValidationResult>>
{
    public override IReadOnlyList<ValidationResult> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        [.. RecordJson.Check(JsonSerializer.Deserialize<ValidationResult[]>(ref reader, RecordJson.Options)).Select(v => RecordJson.Check(v))];

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<ValidationResult> value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value, RecordJson.Options);
}
