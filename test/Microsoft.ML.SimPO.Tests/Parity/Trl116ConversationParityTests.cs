using System.Text.Json;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>
/// The same rows in the mode that is compatible with TRL 1.16, read as they stand: the ids of its own data preparation, faults of the template and all.
/// </summary>
[Trait("Category", "Parity")]
public sealed class Trl116ConversationParityTests
{
    public static TheoryData<string, string> Templates => ConversationParityTests.Templates;

    [Theory]
    [MemberData(nameof(Templates))]
    public void Every_row_that_TRL_takes_has_its_ids(string root, string template)
    {
        var golden = new ConversationGolden(root);
        (_, PreferenceEncoder encoder) = golden.Load(template, preparation: RowPreparation.Trl116);
        List<string> differences = [];
        int rows = 0;
        foreach (JsonElement expected in golden.Expected[template].Where(row => row.TryGetProperty("ids", out _)))
        {
            string id = expected.GetProperty("row").GetString()!;
            rows++;
            JsonElement ids = expected.GetProperty("ids");
            try
            {
                EncodedPrompt pair = encoder.Encode(ConversationGolden.Read(golden.Rows[id], encoder, asGiven: true), 1)!;
                foreach ((string side, EncodedAnswer answer) in new[] { ("chosen", pair.Chosen), ("rejected", pair.Rejected) })
                {
                    int[] right = [.. ids.GetProperty("prompt").EnumerateArray().Concat(ids.GetProperty(side).EnumerateArray()).Select(i => i.GetInt32())];
                    if (!answer.Ids.Span.SequenceEqual(right))
                        differences.Add($"{id}: {side} is {string.Join(' ', answer.Ids)}, not {string.Join(' ', right)}");
                }
                int prompt = ids.GetProperty("prompt").GetArrayLength();
                int least = Math.Min(pair.Chosen.PromptLength, pair.Rejected.PromptLength);
                if (prompt > 0 && least != prompt) differences.Add(FormattableString.Invariant($"{id}: the prompt has {least} tokens, not {prompt}"));
            }
            catch (InvalidDataException e)
            {
                differences.Add($"{id}: is refused: {e.Message}");
            }
        }
        Assert.True(differences.Count == 0, FormattableString.Invariant($"{differences.Count} of {rows} rows:\n{string.Join("\n", differences)}"));
        Assert.InRange(rows, template.StartsWith("(none)", StringComparison.Ordinal) ? 9 : 35, 99);
    }

    /// <summary>
    /// SimPO, CPO and ORPO are trained by its experimental trainers, which have the public function for texts and the way of 0.24 to make ids of them.
    /// </summary>
    [Theory]
    [MemberData(nameof(Templates))]
    public void Every_row_that_CPOs_trainer_takes_has_its_texts(string root, string template)
    {
        var golden = new ConversationGolden(root);
        (HfTokenizer tokenizer, PreferenceEncoder encoder) = golden.Load(template, preparation: RowPreparation.Trl116Cpo);
        // The texts of plain rows have an EOS there, which these trainers put behind the ids.
        string eos = template.StartsWith("(none)", StringComparison.Ordinal) ? tokenizer.TokenText(encoder.EndTokens[^1])! : "";
        List<string> differences = [];
        int rows = 0;
        foreach (JsonElement expected in golden.Expected[template])
        {
            string id = expected.GetProperty("row").GetString()!;
            if (golden.Rows[id].TryGetProperty("tools", out _)) continue; // they were handed to the function, which these trainers do not do
            if (!golden.TextFunction(expected).TryGetProperty("text", out JsonElement text)) continue;
            rows++;
            try
            {
                string[] read = ConversationGolden.Read(golden.Rows[id], encoder, asGiven: true);
                PairTexts texts = encoder.Examine(read[0], read[1], read[2]).Texts;
                foreach ((string part, string actual) in new[] { ("prompt", texts.Prompt), ("chosen", texts.Chosen), ("rejected", texts.Rejected) })
                {
                    string right = text.GetProperty(part).GetString()!;
                    if (right != actual && (part == "prompt" || right != actual + eos))
                        differences.Add($"{id}: {part} is {JsonSerializer.Serialize(actual)}, not {JsonSerializer.Serialize(right)}");
                }
            }
            catch (InvalidDataException e)
            {
                differences.Add($"{id}: is refused: {e.Message}");
            }
        }
        Assert.True(differences.Count == 0, FormattableString.Invariant($"{differences.Count} of {rows} rows:\n{string.Join("\n", differences)}"));
        Assert.InRange(rows, template.StartsWith("(none)", StringComparison.Ordinal) ? 9 : 35, 99);
    }
}
