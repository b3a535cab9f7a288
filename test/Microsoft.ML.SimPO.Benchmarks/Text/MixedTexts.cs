using System.Text;
using System.Text.Json;

namespace Microsoft.ML.SimPO.Benchmarks;

/// <summary>
/// Texts such as a data set holds: prose whose words are as frequent as words are, made-up words, code, numbers, and other scripts. The same for every side,
/// since the seed is.
/// </summary>
internal static class MixedTexts
{
    private const int Count = 2_000, Characters = 1_500, Seed = 3;

    private static readonly string[] Code = ["for (int i = 0; i < n; i++)\n{\n    sum += values[i];\n}\n", "def f(x):\n\treturn x ** 2\n\n",
        "{\"role\": \"user\", \"content\": \"Hi!\"}", "https://example.org/a?b=1&c=2", "`git log --oneline`"];

    private static readonly (int First, int Last)[] Scripts =
        [(0x4E00, 0x5200), (0x0430, 0x044F), (0x03B1, 0x03C9), (0x3041, 0x3096), (0x0905, 0x0939), (0x1F600, 0x1F640)];

    /// <param name="tokenizerFile">A byte-level tokenizer.json; its vocabulary is the stock of words.</param>
    public static string[] Make(string tokenizerFile)
    {
        string[] words = Words(tokenizerFile);
        var random = new Random(Seed);
        return [.. Enumerable.Range(0, Count).Select(_ => Text(words, random))];
    }

    /// <summary>The tokens that are whole words, by id, which is by how frequent they were.</summary>
    private static string[] Words(string tokenizerFile)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(tokenizerFile));
        return [.. document.RootElement.GetProperty("model").GetProperty("vocab").EnumerateObject()
            .Where(token => token.Name.Length > 1 && token.Name[0] == 'Ġ' && token.Name.AsSpan(1).IndexOfAnyExceptInRange('a', 'z') < 0)
            .OrderBy(token => token.Value.GetInt32())
            .Select(token => token.Name[1..])];
    }

    private static string Text(string[] words, Random random)
    {
        var text = new StringBuilder();
        while (text.Length < Characters)
        {
            double kind = random.NextDouble();
            if (kind < 0.88) Sentence(text, words, random);
            else if (kind < 0.93) text.Append(Code[random.Next(Code.Length)]);
            else if (kind < 0.96) text.Append(random.Next(100_000)).Append(", ").Append(random.Next(1_000)).Append('.').Append(random.Next(100)).Append('\n');
            else Foreign(text, random);
        }
        return text.ToString();
    }

    private static void Sentence(StringBuilder text, string[] words, Random random)
    {
        int count = random.Next(5, 25);
        for (int i = 0; i < count; i++)
        {
            string word = Word(words, random);
            if (random.Next(40) == 0) word += Word(words, random); // a word that no list has
            text.Append(i == 0 ? char.ToUpperInvariant(word[0]) + word[1..] : word);
            if (random.Next(12) == 0) text.Append(random.Next(4) == 0 ? "'s" : ",");
            text.Append(i + 1 < count ? " " : random.Next(4) == 0 ? ".\n\n" : ". ");
        }
    }

    /// <summary>Zipf's law: the logarithm of the rank is uniform.</summary>
    private static string Word(string[] words, Random random) => words[(int)Math.Pow(words.Length, random.NextDouble()) - 1];

    private static void Foreign(StringBuilder text, Random random)
    {
        (int first, int last) = Scripts[random.Next(Scripts.Length)];
        for (int i = random.Next(4, 30); i > 0; i--) text.Append(new Rune(random.Next(first, last + 1)).ToString());
        text.Append(' ');
    }
}
