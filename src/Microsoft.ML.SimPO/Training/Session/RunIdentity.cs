using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Training.State;

namespace Microsoft.ML.SimPO.Training.Session;

/// <summary>What a run is, in the words of its state.</summary>
/// <param name="Deciding">What must be the same for a run to go on, by name: options, model and data.</param>
/// <param name="Cutting">What changes the rounding of a run alone.</param>
internal sealed record RunIdentity(IReadOnlyDictionary<string, string> Deciding, IReadOnlyDictionary<string, string> Cutting)
{
    private const string NotSet = "not set", ValidationHash = "SHA-256 of the encoded validation pairs";

    /// <summary>Of a run that neither goes on nor can be gone on with: hashing its model and data would be for nobody.</summary>
    public static RunIdentity None { get; } = new(new Dictionary<string, string>(), new Dictionary<string, string>());

    /// <summary>The options, and with them the model and the data.</summary>
    /// <param name="deciding">The options that decide the steps.</param>
    /// <param name="cutting">Those that change their rounding alone.</param>
    /// <param name="decoder">The model before a new adapter is put on it.</param>
    /// <param name="freezes">Whether a new adapter will be put on it, so that no checkpoint holds its weights.</param>
    /// <param name="files">The files of the model beside its weights.</param>
    /// <param name="validation">Null for none.</param>
    public static RunIdentity Of(
        IReadOnlyDictionary<string, string> deciding, IReadOnlyDictionary<string, string> cutting, Decoder decoder, bool freezes,
        IReadOnlyCollection<ModelFile> files, IReadOnlyList<EncodedPrompt> pairs, IReadOnlyList<EncodedPrompt>? validation)
    {
        var all = new Dictionary<string, string>(deciding, StringComparer.Ordinal);
        foreach (ModelFile file in files.Where(f => f.Name != HubFolder.GenerationConfigName))
            all[$"SHA-256 of {file.Name}"] = Convert.ToHexStringLower(SHA256.HashData(file.Content));
        all["adapter of the model"] = decoder.Adapter is { } adapter ? Compact(adapter.Config) : NotSet;
        all["sample of the frozen weights"] = freezes || decoder.Adapter is not null ? FrozenWeights.Sample(decoder) : NotSet;
        all["number of pairs"] = pairs.Count.ToString(CultureInfo.InvariantCulture);
        all["SHA-256 of the encoded pairs"] = DataFingerprint.Of(pairs);
        all[ValidationHash] = validation is null ? NotSet : DataFingerprint.Of(validation);
        return new RunIdentity(all, cutting);
    }

    /// <summary>What differs, a sentence each.</summary>
    public static IEnumerable<string> Differences(IReadOnlyDictionary<string, string> saved, IReadOnlyDictionary<string, string> now) =>
        from name in saved.Keys.Union(now.Keys)
        let before = saved.GetValueOrDefault(name, NotSet)
        let current = now.GetValueOrDefault(name, NotSet)
        where before != current
        select $"`{name}` was {before} there and is {current} now.";

    /// <exception cref="InvalidDataException">The state is of another run; what differs is listed.</exception>
    public void CheckSame(SavedState saved)
    {
        string[] differences = [.. Differences(saved.State.Settings, Known(saved.State))];
        if (differences.Length == 0) return;
        throw new InvalidDataException(string.Join(
            Environment.NewLine,
            [
                $"The run in '{saved.Checkpoint}' cannot go on with other data or options. Set them as they were, or begin anew in another `OutputPath`.",
                .. differences,
            ]));
    }

    /// <summary>Older states know neither the model's files nor the validation data: what they do not know cannot differ.</summary>
    private IReadOnlyDictionary<string, string> Known(TrainingState state) => state.Settings.ContainsKey(ValidationHash)
        ? Deciding
        : Deciding.Where(d => state.Settings.ContainsKey(d.Key)).ToDictionary(StringComparer.Ordinal);

    /// <summary>What the adapter computes with: its configuration in a line, without the model's path and what is no part of training.</summary>
    private static string Compact(AdapterConfig config)
    {
        using JsonDocument json = JsonDocument.Parse((config with { BaseModel = null, Dropout = 0 }).ToJson());
        return JsonSerializer.Serialize(json.RootElement);
    }
}
