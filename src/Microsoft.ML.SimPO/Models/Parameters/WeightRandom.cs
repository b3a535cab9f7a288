using System.Text;

namespace Microsoft.ML.SimPO.Models.Parameters;

/// <summary>Random numbers for new weights: each draws from a generator of its own, so that it does not depend on which others there are.</summary>
internal static class WeightRandom
{
    /// <param name="name">Of the weight.</param>
    public static Random Of(int seed, string name) => new(unchecked((seed * 486187739) + Hash(name)));

    /// <summary>FNV-1a: the same in every process, which a text's own hash is not.</summary>
    private static int Hash(string text)
    {
        uint hash = 2166136261;
        foreach (byte b in Encoding.UTF8.GetBytes(text)) hash = unchecked((hash ^ b) * 16777619);
        return unchecked((int)hash);
    }
}
