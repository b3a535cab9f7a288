using System.Globalization;
using Microsoft.ML.SimPO;

namespace ModelSelection;

/// <summary>The command line.</summary>
internal sealed record Arguments(int Trials, double? Minutes, SweepAlgorithm Algorithm, int? MaxPairs, string? Output)
{
    public static string Usage => """
        usage: ModelSelection [--trials N] [--minutes X] [--algorithm random|grid|halving] [--max-pairs N] [--output DIR]
        With --output, a sweep that was stopped goes on where it was.
        """;

    /// <exception cref="FormatException">The command line is wrong.</exception>
    public static Arguments Parse(string[] args)
    {
        var parsed = new Arguments(12, null, SweepAlgorithm.SuccessiveHalving, null, null);
        for (int i = 0; i < args.Length; i += 2)
        {
            string value = i + 1 < args.Length ? args[i + 1] : throw new FormatException($"{args[i]} needs a value, or is not known.");
            parsed = args[i] switch
            {
                "--trials" => parsed with { Trials = Whole(args[i], value) },
                "--minutes" => parsed with { Minutes = double.TryParse(value, CultureInfo.InvariantCulture, out double minutes)
                    ? minutes : throw new FormatException($"--minutes must be a number, but was '{value}'.") },
                "--algorithm" => parsed with { Algorithm = AlgorithmOf(value) },
                "--max-pairs" => parsed with { MaxPairs = Whole(args[i], value) },
                "--output" => parsed with { Output = value },
                _ => throw new FormatException($"{args[i]} is not known."),
            };
        }
        return parsed;
    }

    private static int Whole(string name, string value) =>
        int.TryParse(value, CultureInfo.InvariantCulture, out int number) && number > 0
            ? number : throw new FormatException($"{name} must be a whole number above 0, but was '{value}'.");

    private static SweepAlgorithm AlgorithmOf(string value) => value switch
    {
        "random" => SweepAlgorithm.Random,
        "grid" => SweepAlgorithm.Grid,
        "halving" => SweepAlgorithm.SuccessiveHalving,
        _ => throw new FormatException($"--algorithm must be random, grid or halving, but was '{value}'."),
    };
}
