using System.Globalization;
using Microsoft.ML.SimPO.Models.Families;
using Microsoft.ML.SimPO.Models.Parameters;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Experts;

/// <summary>The weights of a layer's mixture of experts, with gate and up of an expert in one matrix.</summary>
internal sealed class ExpertParameters
{
    /// <param name="full">The full name in the checkpoint of what the layer calls so.</param>
    public ExpertParameters(ExpertArchitecture architecture, long hidden, LayerNames names, Func<string, string> full)
    {
        Architecture = architecture;
        long intermediate = architecture.IntermediateSize;
        Router = new Parameter(ParameterKind.Projection, ($"{full(names.Router)}.weight", [architecture.Count, hidden]));
        string Name(int expert, string part) => string.Create(CultureInfo.InvariantCulture, $"{full(names.Experts)}.{expert}.{part}.weight");
        GateUps = [.. Enumerable.Range(0, architecture.Count).Select(e =>
            new Parameter(ParameterKind.Projection, [.. names.ExpertGateUp.Select(part => (Name(e, part), new[] { intermediate, hidden }))]))];
        Downs = [.. Enumerable.Range(0, architecture.Count).Select(e =>
            new Parameter(ParameterKind.Projection, (Name(e, names.ExpertDown), [hidden, intermediate])))];
    }

    public ExpertArchitecture Architecture { get; }

    /// <summary>[experts, hidden]</summary>
    public Parameter Router { get; }

    /// <summary>[2 * intermediate, hidden] each</summary>
    public IReadOnlyList<Parameter> GateUps { get; }

    /// <summary>[hidden, intermediate] each</summary>
    public IReadOnlyList<Parameter> Downs { get; }

    public IEnumerable<Parameter> All => GateUps.Zip(Downs).SelectMany(pair => new[] { pair.First, pair.Second }).Prepend(Router);
}
