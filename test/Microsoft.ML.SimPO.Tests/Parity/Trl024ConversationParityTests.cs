using System.Text.Json;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>The same rows in the mode that is compatible with TRL 0.24: the texts of its data preparation.</summary>
[Trait("Category", "Parity")]
public sealed class Trl024ConversationParityTests
{
    /// <summary>
    /// Rows that are read otherwise before any mode has its say: refused where nothing is to be learnt (nothing to see, other questions, content that is null),
    /// a prompt that stands in the sides too once, parts as one text, the names of a thought as one field, which TRL 1.x does too.
    /// </summary>
    private static readonly string[] ReadOtherwise =
    [
        "plain-empty-prompt", "plain-empty-answer", "chosen-empty", "rejected-blank", "content-null", "implicit-differs-at-user",
        "prompt-repeated-in-sides", "parts-", "think-",
    ];

    public static TheoryData<string, string> Templates
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string root in GoldenCases.Roots.Where(root => GoldenFile.Exists(Path.Combine(root, "conversations", "trl-0.24.jsonl"))))
                foreach (string template in new ConversationGolden(root).Trl024.Select(rows => rows.Key).Order(StringComparer.Ordinal))
                    data.Add(root, template);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Templates))]
    public void Every_row_that_TRL_takes_has_its_texts(string root, string template)
    {
        var golden = new ConversationGolden(root);
        (_, PreferenceEncoder encoder) = golden.Load(template, preparation: RowPreparation.Trl024);
        List<string> differences = [];
        int rows = 0;
        foreach (JsonElement expected in golden.Trl024[template].Where(row => row.TryGetProperty("text", out _)))
        {
            string id = expected.GetProperty("row").GetString()!;
            if (ReadOtherwise.Any(kind => id.StartsWith(kind, StringComparison.Ordinal))) continue;
            rows++;
            JsonElement text = expected.GetProperty("text");
            try
            {
                string[] read = ConversationGolden.Read(golden.Rows[id], encoder);
                PairTexts texts = encoder.Examine(read[0], read[1], read[2]).Texts;
                foreach ((string part, string actual) in new[] { ("prompt", texts.Prompt), ("chosen", texts.Chosen), ("rejected", texts.Rejected) })
                {
                    string right = text.GetProperty(part).GetString()!;
                    if (right != actual) differences.Add($"{id}: {part} is {JsonSerializer.Serialize(actual)}, not {JsonSerializer.Serialize(right)}");
                }
            }
            catch (InvalidDataException e)
            {
                differences.Add($"{id}: is refused: {e.Message}");
            }
        }
        Assert.True(differences.Count == 0, string.Join("\n", differences));
        Assert.InRange(rows, template.StartsWith("(none)", StringComparison.Ordinal) ? 6 : 35, 86);
    }
}
