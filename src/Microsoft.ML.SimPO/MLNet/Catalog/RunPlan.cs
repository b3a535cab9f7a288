using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Microsoft.ML.SimPO;

/// <summary>What a run will be, told before a weight is read. <see cref="ToString"/> is for the console, <see cref="ToJson"/> for programs.</summary>
public sealed record RunPlan
{
    internal RunPlan()
    {
    }

    /// <summary>Every option that has a value.</summary>
    public required IReadOnlyList<PlannedOption> Options { get; init; }

    /// <summary>Weights of the model.</summary>
    public required long Parameters { get; init; }

    /// <summary>Pairs, or what else a step is made of, that are learned from; null where the data were not given.</summary>
    public int? Pairs { get; init; }

    /// <summary>Tokens of an epoch, each prompt once; null where the data were not given.</summary>
    public long? Tokens { get; init; }

    /// <summary>Optimizer steps of the run; null where the data were not given.</summary>
    public int? Steps { get; init; }

    /// <summary>
    /// How long the steps take, without evaluations and checkpoints; null where the data were not given, or <see cref="AlignmentCatalog.MeasureTime"/> was not
    /// asked.
    /// </summary>
    public TimeSpan? Time { get; init; }

    /// <summary>What the steps compute; null where the data were not given.</summary>
    internal RunWork? Work { get; init; }

    /// <summary>The most tokens of a forward pass.</summary>
    public required int TokensPerPass { get; init; }

    /// <summary>What the memory is taken by.</summary>
    public required PlannedMemory Memory { get; init; }

    /// <summary>Memory of the device; null where that is not known.</summary>
    public long? DeviceBytes { get; init; }

    /// <summary>Whether it fits; null where the device's memory is not known.</summary>
    public bool? Fits => DeviceBytes is { } there ? Memory.Total <= there : null;

    /// <summary>
    /// Settings of a recipe, as YAML, with which a run that does not fit does: of those that change no result the first that is enough, then those that train
    /// an adapter. Null where it fits, where nothing does, or where the device's memory is not known.
    /// </summary>
    public string? Nearest { get; init; }

    /// <summary>Tokens of a micro-batch of <see cref="Nearest"/>; null where there is none that changes no result.</summary>
    internal int? NearestTokens { get; init; }

    /// <summary>Whether <see cref="Nearest"/> computes activations anew; likewise.</summary>
    internal bool? NearestRecomputes { get; init; }

    /// <summary>What the memory is taken by with <see cref="Nearest"/>; null where there is none.</summary>
    public PlannedMemory? NearestMemory { get; init; }

    /// <summary>
    /// Of a run that does not fit, what each way to make it smaller would take, also those that this library has not; none where it fits, or where the
    /// device's memory is not known.
    /// </summary>
    public IReadOnlyList<PlannedChoice> Choices { get; init; } = [];

    /// <summary>
    /// <c>{"parameters", "pairs", "tokens", "steps", "seconds", "tokens_per_pass", "memory": {"total", "weights", ...}, "device_bytes", "fits", "nearest",
    /// "choices": [{"name", "bytes", "fits", "supported"}], "options": [{"name", "value", "default"}]}</c>; bytes as numbers, what is not known as null.
    /// </summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("parameters", Parameters);
            Write(json, "pairs", Pairs);
            Write(json, "tokens", Tokens);
            Write(json, "steps", Steps);
            if (Time is { } time) json.WriteNumber("seconds", Math.Round(time.TotalSeconds, 1));
            else json.WriteNull("seconds");
            json.WriteNumber("tokens_per_pass", TokensPerPass);
            json.WriteStartObject("memory");
            json.WriteNumber("total", Memory.Total);
            foreach ((string name, long bytes) in Memory.Parts) json.WriteNumber(name.Replace(' ', '_'), bytes);
            json.WriteEndObject();
            Write(json, "device_bytes", DeviceBytes);
            if (Fits is { } fits) json.WriteBoolean("fits", fits);
            else json.WriteNull("fits");
            json.WriteString("nearest", Nearest);
            json.WriteStartArray("choices");
            foreach (PlannedChoice choice in Choices)
            {
                json.WriteStartObject();
                json.WriteString("name", choice.Name);
                json.WriteNumber("bytes", choice.Bytes);
                json.WriteBoolean("fits", choice.Fits);
                json.WriteBoolean("supported", choice.IsSupported);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("options");
            foreach (PlannedOption option in Options)
            {
                json.WriteStartObject();
                json.WriteString("name", option.Name);
                json.WriteString("value", option.Value);
                json.WriteBoolean("default", option.IsDefault);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>A table of options, then what the run is, takes and needs.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        int width = Options.Max(o => o.Name.Length);
        foreach (PlannedOption option in Options.Where(o => !o.IsDefault))
            text.AppendLine(CultureInfo.InvariantCulture, $"{option.Name.PadRight(width)}  {option.Value}");
        text.AppendLine(CultureInfo.InvariantCulture, $"{Options.Count(o => o.IsDefault)} more options have their defaults.");
        if (Steps is { } steps)
            text.Append(CultureInfo.InvariantCulture, $"{Pairs:N0} rows, {Tokens:N0} tokens an epoch, {steps:N0} steps, ")
                .AppendLine(CultureInfo.InvariantCulture, $"at most {TokensPerPass:N0} tokens a pass");
        if (Time is { } time) text.AppendLine(CultureInfo.InvariantCulture, $"about {Said(time)} on this machine, evaluations aside");
        text.AppendLine(CultureInfo.InvariantCulture, $"{Parameters:N0} weights; memory {Memory}");
        if (DeviceBytes is not { } there) return text.AppendLine("How much memory the device has is not known here.").ToString();
        text.AppendLine(CultureInfo.InvariantCulture, $"{(Fits == true ? "fits" : "does not fit")} the {there / 1e9:F2} GB that there are");
        if (Nearest is null) return Fits == true ? text.ToString() : AppendChoices(text.AppendLine("No setting makes it fit.")).ToString();
        text.AppendLine(CultureInfo.InvariantCulture, $"it does with, at {NearestMemory!.Total / 1e9:F2} GB:");
        foreach (string line in Nearest.Split('\n')) text.AppendLine(CultureInfo.InvariantCulture, $"    {line}");
        return AppendChoices(text).ToString();
    }

    private StringBuilder AppendChoices(StringBuilder text)
    {
        foreach (PlannedChoice choice in Choices)
        {
            string missing = choice.IsSupported ? "" : "; this library has no such thing yet";
            text.AppendLine(CultureInfo.InvariantCulture, $"  {choice.Name}: {choice.Bytes / 1e9:F2} GB, {(choice.Fits ? "fits" : "does not fit")}{missing}");
        }
        return text;
    }

    /// <summary>In one unit: 40 s, 12 min, 3.5 h, 2.1 days.</summary>
    private static string Said(TimeSpan time) => time.TotalSeconds < 90 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:G2} s")
        : time.TotalMinutes < 90 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:F0} min")
        : time.TotalHours < 48 ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:F1} h")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:F1} days");

    private static void Write(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }
}
