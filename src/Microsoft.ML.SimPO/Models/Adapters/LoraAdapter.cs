using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Parameters;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Adapters;

/// <summary>A LoRA adapter on a decoder: low-rank updates of its linear layers, and copies of its own of the parameters that it trains whole.</summary>
internal sealed class LoraAdapter : IDisposable
{
    /// <summary>Attaches itself to the layout's parameters; its values are not set yet.</summary>
    /// <param name="place">Makes the storage of each weight's matrices, and of each copy.</param>
    public LoraAdapter(AdapterLayout layout, WeightPlace place)
    {
        AdapterConfig config = Config = layout.Config;
        Saved = layout.Saved;
        Updates = [.. layout.Targets.GroupBy(t => t.Weight)
            .Select(weight => weight.Key.Update = new LowRankUpdate(weight.Key, [.. weight], config, place))];
        ExpertUpdates = [.. layout.Experts.Select(target => new ExpertsUpdate(target, config, place))];
        foreach (Parameter parameter in Saved) parameter.Replace(place);
        if (config.HasLaterNames)
            foreach (Parameter parameter in Saved)
                parameter.SavedParts = parameter.Parts.ToDictionary(part => part, part => AdapterNames.Saved(config.NameOf(part.Name)));
        foreach ((Parameter bias, IReadOnlyDictionary<ParameterPart, string> parts) in layout.Biases) bias.SavedParts = parts;
        if (layout.Embedding is { } embedding) Rows = embedding.TokenRows = new TokenRows(embedding, layout.EmbeddingModule, config.TokenIndices, place);
        Matrices = [.. Updates.SelectMany(u => u.Parameters), .. ExpertUpdates.SelectMany(u => new[] { u.A, u.B })];
        Parameters = [.. Matrices, .. Saved, .. Rows is null ? Array.Empty<Parameter>() : [Rows.Rows]];
    }

    public AdapterConfig Config { get; }

    public IReadOnlyList<LowRankUpdate> Updates { get; }

    /// <summary>Of the projections of all experts of a layer.</summary>
    public IReadOnlyList<ExpertsUpdate> ExpertUpdates { get; }

    /// <summary>Rows of the embedding that are held in their place; null for none.</summary>
    public TokenRows? Rows { get; }

    /// <summary>A and B of every update. Their parts carry PEFT's names.</summary>
    public IReadOnlyList<Parameter> Matrices { get; }

    /// <summary>The decoder's own parameters that the adapter holds whole.</summary>
    public IReadOnlyList<Parameter> Saved { get; }

    /// <summary>All that is trained.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    public long ParameterCount => Parameters.Sum(p => p.Count);

    /// <summary>Names of the layers and experts with an update, without what comes before them: <c>q_proj</c>; each once.</summary>
    public IEnumerable<string> TargetNames => Updates.SelectMany(u => u.B).SelectMany(b => b.Parts)
        .Select(p => p.Name.Split('.')[^3]).Concat(ExpertUpdates.Select(u => u.TargetName)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    /// <summary>The name in an adapter's file of a part of one of <see cref="Parameters"/>.</summary>
    public static string NameOf(Parameter parameter, ParameterPart part) =>
        parameter.Kind == ParameterKind.LowRank ? part.Name : parameter.SavedParts?[part] ?? AdapterNames.Saved(part.Name);

    /// <summary>The parts of one of <see cref="Parameters"/> that are trained and stand in an adapter's file.</summary>
    public static IEnumerable<ParameterPart> PartsOf(Parameter parameter) => parameter.SavedParts?.Keys ?? parameter.Parts;

    public void Dispose()
    {
        foreach (LowRankUpdate update in Updates) update.Dispose();
        foreach (ExpertsUpdate update in ExpertUpdates) update.Dispose();
        Rows?.Dispose();
    }
}
