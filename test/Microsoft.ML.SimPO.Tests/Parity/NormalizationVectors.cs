using System.Globalization;
using System.IO.Compression;
using System.Text;
using Microsoft.ML.SimPO.Text.Tokenization;
using Microsoft.ML.SimPO.Text.Tokenization.Normalizers;
using Microsoft.ML.SimPO.Text.Tokenization.Unicode;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>Unicode's own test of the four normalization forms, as far as the version goes that Hugging Face tokenizers has.</summary>
internal static class NormalizationVectors
{
    private const int BlockLength = 4096;

    private static readonly (string Name, TextNormalizer Normalizer, bool Compatible, bool Compose)[] Forms =
    [
        ("NFC", new UnicodeFormNormalizer(compose: true, compatible: false), false, true),
        ("NFD", new UnicodeFormNormalizer(compose: false, compatible: false), false, false),
        ("NFKC", new UnicodeFormNormalizer(compose: true, compatible: true), true, true),
        ("NFKD", new UnicodeFormNormalizer(compose: false, compatible: true), true, false),
    ];

    /// <summary>Compares every line, then every code point that part 1 does not list, and appends what differs.</summary>
    /// <returns>How many lines there are, and how many code points beside them.</returns>
    public static (int Lines, int CodePoints) Compare(List<string> differences)
    {
        int lines = 0, part = -1;
        HashSet<int> listed = [];
        foreach (string line in Read())
        {
            if (line.StartsWith("@Part", StringComparison.Ordinal))
            {
                part = int.Parse(line.AsSpan(5), CultureInfo.InvariantCulture);
                continue;
            }
            string[] columns = [.. line.Split(';').Take(5).Select(Text)];
            if (part == 1) listed.Add(Rune.GetRuneAt(columns[0], 0).Value);
            CompareLine(line, columns, differences);
            lines++;
        }
        return (lines, CompareOthers(listed, differences));
    }

    /// <summary>The columns are source, NFC, NFD, NFKC, NFKD. The forms without compatibility are the same for the first three, and for the last two.</summary>
    private static void CompareLine(string line, string[] columns, List<string> differences)
    {
        foreach ((string name, TextNormalizer normalizer, bool compatible, bool compose) in Forms)
            for (int i = 0; i < columns.Length; i++)
            {
                bool isCompatible = compatible || i > 2;
                string expected = columns[(isCompatible ? 3 : 1) + (compose ? 0 : 1)];
                if (Normalized(normalizer, columns[i]) != expected) differences.Add($"{name} of column {i + 1} of {line}");
            }
    }

    /// <summary>A code point that part 1 does not list is the same in all forms. Line ends keep them apart: nothing joins those.</summary>
    private static int CompareOthers(HashSet<int> listed, List<string> differences)
    {
        int[] others = [.. Enumerable.Range(0, 0x110000).Where(codePoint => Rune.IsValid(codePoint) && !listed.Contains(codePoint))];
        foreach (int[] block in others.Chunk(BlockLength))
        {
            string text = string.Join('\n', block.Select(codePoint => new Rune(codePoint).ToString()));
            foreach ((string name, TextNormalizer normalizer, _, _) in Forms)
                if (Normalized(normalizer, text) != text)
                    differences.AddRange(block.Where(c => Normalized(normalizer, $"{new Rune(c)}") != $"{new Rune(c)}").Select(c => $"{name} of {c:X4}"));
        }
        return others.Length;
    }

    private static string Normalized(TextNormalizer normalizer, string given)
    {
        var text = new AlignedText();
        text.Load(given, 0, given.Length, aligned: false);
        normalizer.Normalize(text);
        return text.Units.ToString();
    }

    private static string Text(string column) =>
        string.Concat(column.Split(' ').Select(number => new Rune(int.Parse(number, NumberStyles.HexNumber, CultureInfo.InvariantCulture))));

    private static IEnumerable<string> Read()
    {
        FileStream file = File.OpenRead(Path.Combine(GoldenCases.OwnRoot, "unicode", "NormalizationTest.txt.gz"));
        using var reader = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
            if (!line.StartsWith('#')) yield return line;
    }
}
