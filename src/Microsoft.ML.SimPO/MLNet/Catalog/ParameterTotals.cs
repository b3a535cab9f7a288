using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Adapters;
using Microsoft.ML.SimPO.Models.Families;
using Microsoft.ML.SimPO.Models.Parameters;

namespace Microsoft.ML.SimPO;

/// <summary>How many numbers the weights of a model are.</summary>
/// <param name="Model">All of them, without an adapter.</param>
/// <param name="Matrices">Those of the model that are no norms: layers compute with them in another type.</param>
/// <param name="Adapter">Those of an adapter, modules that it holds whole among them.</param>
/// <param name="Largest">Those of the largest weight that is trained.</param>
internal sealed record ParameterTotals(long Model, long Matrices, long Adapter, long Largest)
{
    /// <summary>Those that training changes.</summary>
    public long Trained => Adapter > 0 ? Adapter : Model;

    public static ParameterTotals Of(Decoder decoder) => Sum(decoder.Parameters.Select(p => (p, 1L)), decoder.Adapter);

    /// <summary>
    /// Counted without making the model: layers of one kind are counted once, so that thousands of experts in a hundred layers are no work.
    /// </summary>
    /// <param name="adapter">Null for none.</param>
    /// <param name="place">What the adapter's configuration is, for messages.</param>
    /// <param name="strict">See <see cref="AdapterLayout.Of"/>.</param>
    /// <exception cref="InvalidDataException">The adapter does not fit the model.</exception>
    public static ParameterTotals Of(DecoderArchitecture architecture, LayerNames names, AdapterConfig? adapter, string place, bool strict)
    {
        (int First, int Count)[] kinds = adapter is { TellsLayersApart: true }
            ? [.. architecture.Layers.Select((_, i) => (i, 1))]
            : [.. architecture.Layers.Index().GroupBy(l => l.Item with { Window = null, Rotary = null }, (_, same) => (same.First().Index, same.Count()))];
        using Decoder decoder = Decoder.Described(architecture with { Layers = [.. kinds.Select(k => architecture.Layers[k.First])] }, names);
        if (adapter is not null) decoder.Attach(AdapterLayout.Of(decoder, adapter, place, strict));
        Dictionary<Parameter, long> times = decoder.Parameters.ToDictionary(p => p, _ => 1L);
        foreach ((DecoderLayer layer, (_, int count)) in decoder.Layers.Zip(kinds))
            foreach (Parameter parameter in layer.Parameters.All) times[parameter] = count;
        return Sum(times.Select(t => (t.Key, t.Value)), decoder.Adapter);
    }

    private static ParameterTotals Sum(IEnumerable<(Parameter Weight, long Times)> weights, LoraAdapter? adapter)
    {
        HashSet<Parameter> saved = [.. adapter?.Saved ?? []];
        var totals = new ParameterTotals(0, 0, 0, 0);
        foreach ((Parameter weight, long times) in weights)
        {
            long[] added =
            [
                .. weight.Update?.Parameters.Select(p => p.Count) ?? [], .. weight.ExpertsUpdate?.ParametersOf(weight).Select(p => p.Count) ?? [],
                weight.TokenRows?.Rows.Count ?? 0,
                .. saved.Contains(weight) ? [weight.Count] : Array.Empty<long>(),
            ];
            totals = new ParameterTotals(
                totals.Model + (times * weight.Count),
                totals.Matrices + (weight.StaysFloat32 ? 0 : times * weight.Count),
                totals.Adapter + (times * added.Sum()),
                Math.Max(totals.Largest, adapter is null ? weight.Count : added.DefaultIfEmpty().Max()));
        }
        return totals;
    }
}
