using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models.Parameters;

namespace Microsoft.ML.SimPO.Models.Adapters;

/// <summary>A linear layer that an adapter updates.</summary>
/// <param name="Weight">The matrix that it is rows of.</param>
/// <param name="Part">Its rows.</param>
/// <param name="Module">Its name in an adapter's file.</param>
/// <param name="Key">The name by which its rank and scaling are asked for: the module's, or the parameter's where that is named.</param>
internal sealed record ModuleTarget(Parameter Weight, ParameterPart Part, string Module, string Key)
{
    public static ModuleTarget Of(AdapterConfig config, Parameter weight, ParameterPart part)
    {
        string module = config.ModuleOf(part.Name);
        return new ModuleTarget(weight, part, module, module);
    }
}
