using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Data.Formats;
using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Data for fine-tuning on answers: conversations, of which the last turn of the assistant is the answer, or prompts with an answer each. They are read as they
/// are asked for.
/// </summary>
internal static class RecipeConversations
{
    private static readonly string[] Lists = ["messages", "conversations", "conversation"];

    private static readonly (string Prompt, string? Input, string Answer)[] Texts =
        [("instruction", "input", "output"), ("prompt", null, "completion"), ("prompt", null, "response"), ("question", null, "answer")];

    /// <summary>Whether the first row is one, and no pair of answers.</summary>
    /// <exception cref="InvalidDataException">The data is damaged.</exception>
    public static bool Are(RecipeDataset part) =>
        Rows(part).Select(row => row.Fields).FirstOrDefault(f => f is not null) is { } first && !first.Has("chosen") && Read(first) is not null;

    /// <summary>Prompts with their answers, of each part the first rows by its fraction.</summary>
    /// <param name="most">Rows of a part that there are at most before.</param>
    public static IDataView Load(MLContext context, IReadOnlyList<RecipeDataset> parts, int most) =>
        context.Data.LoadFromEnumerable(Answers(context, parts, most));

    private static IEnumerable<PromptedAnswer> Answers(MLContext context, IReadOnlyList<RecipeDataset> parts, int most)
    {
        foreach (RecipeDataset part in parts)
        {
            int taken = part.Fraction == 1 ? most : (int)(part.Fraction * Rows(part).Take(most).Count()), dropped = 0;
            foreach (SourceRow row in Rows(part).Take(taken))
            {
                if (row.Fields is { } fields && Read(fields) is { } answer) yield return answer;
                else dropped++;
            }
            if (dropped == 0) continue;
            using IChannel channel = ((IHostEnvironment)context).Register("RecipeConversations").Start("Reading");
            channel.Warning(FormattableString.Invariant($"{part.Name}: {dropped} rows were left out, for nothing in them is an answer of the assistant."));
        }
    }

    private static IEnumerable<SourceRow> Rows(RecipeDataset part)
    {
        var options = new PreferenceLoadOptions { Split = part.Split };
        return DatasetFiles.Find(part.Path, part.Split, null).SelectMany(file => ContainerDetector.Open(file, options).Read(new FieldSelection()));
    }

    private static PromptedAnswer? Read(FieldRecord row)
    {
        if (Lists.FirstOrDefault(name => row[name].Kind == FieldKind.List) is { } list)
        {
            List<Message> turns = [];
            if (MessageParser.TryRead(row[list], list, turns, anyRole: true) is not null) return null;
            int last = turns.FindLastIndex(t => t.Role == Message.Assistant);
            return last < 1 ? null : new PromptedAnswer { Prompt = ConversationText.Format(new Conversation(turns[..last])), Response = turns[last].Content };
        }
        foreach ((string prompt, string? input, string answer) in Texts)
        {
            if (row[prompt].Kind != FieldKind.Text || row[answer].Kind != FieldKind.Text) continue;
            string more = input is not null && row[input] is { Kind: FieldKind.Text, Text.Length: > 0 } text ? $"\n{text.Text}" : "";
            return new PromptedAnswer { Prompt = ConversationText.Format(Conversation.OfUser(row[prompt].Text + more)), Response = row[answer].Text };
        }
        return null;
    }

    /// <summary>A row of the view.</summary>
    private sealed class PromptedAnswer
    {
        public string Prompt { get; set; } = "";

        public string Response { get; set; } = "";
    }
}
