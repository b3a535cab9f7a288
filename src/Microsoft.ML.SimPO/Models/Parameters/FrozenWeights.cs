using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Native;
using static TorchSharp.torch;

namespace Microsoft.ML.SimPO.Models.Parameters;

/// <summary>Tells the base model of an adapter from another: by the first values of every weight, for all of them would take seconds.</summary>
internal static class FrozenWeights
{
    private const int ValuesOfEach = 256;

    /// <returns>SHA-256 in hexadecimal digits.</returns>
    public static string Sample(Decoder decoder) => Sample(decoder.Parameters, p => p.Base);

    /// <param name="value">What of a parameter is looked at.</param>
    /// <inheritdoc cref="Sample(Decoder)" path="/returns"/>
    public static string Sample(IEnumerable<Parameter> parameters, Func<Parameter, Tensor> value)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Parameter parameter in parameters)
        {
            using WeightLease lease = parameter.Enter(WeightUse.Read);
            using NewScope scope = new();
            Tensor values = value(parameter).flatten();
            hash.AppendData(MemoryMarshal.AsBytes(values.narrow(0, 0, Math.Min(ValuesOfEach, values.numel())).cpu().data<float>().ToArray().AsSpan()));
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
