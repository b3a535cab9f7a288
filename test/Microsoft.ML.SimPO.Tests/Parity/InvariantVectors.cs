using System.Globalization;
using System.Text;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>The vectors of all golden tokenizers, and Unicode's test of normalization, in a process whose runtime has no ICU.</summary>
internal static class InvariantVectors
{
    /// <summary>Where it is set, this process compares and ends.</summary>
    public const string Variable = "SIMPO_INVARIANT_VECTORS";

    /// <summary>Prints how many tokenizers, vectors, lines of the test and other code points there are, then the differences.</summary>
    /// <returns>The exit code.</returns>
    public static int Run()
    {
        Console.OutputEncoding = Encoding.UTF8;
        if (HasCultures())
        {
            Console.Error.WriteLine("The runtime has cultures: it is not in invariant mode.");
            return 1;
        }
        int tokenizers = 0, vectors = 0;
        var differences = new List<string>();
        foreach (GoldenCase golden in GoldenCases.Of(TokenizerParityTests.Cases))
        {
            vectors += TokenizerParityTests.Compare(HfTokenizer.Load(golden.Path), golden.File("vectors.jsonl"), differences);
            tokenizers++;
        }
        (int lines, int codePoints) = NormalizationVectors.Compare(differences);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{tokenizers} {vectors} {lines} {codePoints} {differences.Count}"));
        foreach (string difference in differences.Take(10)) Console.WriteLine(difference);
        return 0;
    }

    private static bool HasCultures()
    {
        try
        {
            return CultureInfo.GetCultureInfo("tr-TR").Name == "tr-TR";
        }
        catch (CultureNotFoundException)
        {
            return false;
        }
    }
}
