using Microsoft.ML.Runtime;
using Microsoft.ML.SimPO.Data.Containers;
using Microsoft.ML.SimPO.Data.Formats;
using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO;

/// <summary>
/// Data with one answer a row, for fine-tuning on answers and for KTO: conversations, of which the last turn of the assistant is the answer, or prompts with an
/// answer each, as text or as messages. They are read as they are asked for.
/// </summary>
internal static class RecipeConversations
{
    private static readonly string[] Lists = ["messages", "conversations", "conversation"];

    private static readonly (string Prompt, string? Input, string Answer)[] Texts =
        [("instruction", "input", "output"), ("prompt", null, "completion"), ("prompt", null, "response"), ("question", null, "answer")];

    /// <summary>Whether the first row is one, and no pair of answers.</summary>
    /// <param name="labelled">Whether it must also say if the answer is desirable.</param>
    /// <exception cref="InvalidDataException">The data is damaged.</exception>
    public static bool Are(RecipeDataset part, bool labelled = false) =>
        Rows(part).Select(row => row.Fields).FirstOrDefault(f => f is not null) is { } first && !first.Has("chosen") && Read(first) is not null
            && (!labelled || LabelOf(first) is not null);

    /// <summary>Prompts with their answers, of each part the first rows by its fraction.</summary>
    /// <param name="most">Rows of a part that there are at most before.</param>
    /// <param name="labelled">Whether a column says of each answer if it is desirable.</param>
    public static IDataView Load(MLContext context, IReadOnlyList<RecipeDataset> parts, int most, bool labelled)
    {
        IEnumerable<LabelledAnswer> answers = Answers(context, parts, most, labelled);
        return labelled ? context.Data.LoadFromEnumerable(answers)
            : context.Data.LoadFromEnumerable(answers.Select(a => new PromptedAnswer { Prompt = a.Prompt, Response = a.Response }));
    }

    private static IEnumerable<LabelledAnswer> Answers(MLContext context, IReadOnlyList<RecipeDataset> parts, int most, bool labelled)
    {
        foreach (RecipeDataset part in parts)
        {
            int taken = part.Fraction == 1 ? most : (int)(part.Fraction * Rows(part).Take(most).Count()), dropped = 0;
            foreach (SourceRow row in Rows(part).Take(taken))
            {
                bool? label = row.Fields is { } fields ? LabelOf(fields) : null;
                bool isWhole = row.Fields is not null && (label is not null || !labelled);
                if (isWhole && Read(row.Fields!) is var (prompt, answer)) yield return new LabelledAnswer(prompt, answer, label ?? false);
                else dropped++;
            }
            if (dropped == 0) continue;
            using IChannel channel = ((IHostEnvironment)context).Register("RecipeConversations").Start("Reading");
            string why = labelled ? "nothing in them is an answer of the assistant with a label" : "nothing in them is an answer of the assistant";
            channel.Warning(FormattableString.Invariant($"{part.Name}: {dropped} rows were left out, for {why}."));
        }
    }

    private static IEnumerable<SourceRow> Rows(RecipeDataset part)
    {
        var options = new PreferenceLoadOptions { Split = part.Split };
        return DatasetFiles.Find(part.Path, part.Split, null).SelectMany(file => ContainerDetector.Open(file, options).Read(new FieldSelection()));
    }

    /// <summary>Prompt and answer as the columns of a view have them; null where there is none.</summary>
    private static (string Prompt, string Answer)? Read(FieldRecord row)
    {
        List<Message> turns = [];
        int answer = ReadList(row, turns) ?? ReadTexts(row, turns) ?? -1;
        if (answer < 1) return null;
        List<Message> prompt = [.. Earlier(row), .. turns[..answer]];
        if (row["system"] is { Kind: FieldKind.Text, Text.Length: > 0 } system && prompt[0].Role != Message.System)
            prompt.Insert(0, new Message(Message.System, system.Text));
        var columns = new LayoutColumns
        {
            Tools = row.Has(FieldNames.Tools) ? FieldNames.Tools : null, Variables = row.Has(FieldNames.Variables) ? FieldNames.Variables : null,
        };
        if (ConversationFields.Read(row, columns, prompt, out Conversation conversation) is not null) return null;
        (string text, IReadOnlyList<string> answers) = new PromptedAnswers(conversation, [turns[answer..]]).Format();
        return (text, answers[0]);
    }

    /// <summary>Questions and answers before the prompt, as a list of two texts each.</summary>
    private static IEnumerable<Message> Earlier(FieldRecord row)
    {
        if (row["history"] is not { Kind: FieldKind.List } history) yield break;
        foreach (FieldValue pair in history.Items)
        {
            if (pair is not { Kind: FieldKind.List, Items: [{ Kind: FieldKind.Text } question, { Kind: FieldKind.Text } answer] }) continue;
            yield return new Message(Message.User, question.Text);
            yield return new Message(Message.Assistant, answer.Text);
        }
    }

    /// <returns>The first of the answer's messages; null where there is no list of messages, or nobody answers.</returns>
    private static int? ReadList(FieldRecord row, List<Message> turns)
    {
        if (Lists.FirstOrDefault(name => ListText.Of(row[name]).Kind == FieldKind.List) is not { } list) return null;
        if (MessageParser.TryRead(ListText.Of(row[list]), list, turns, anyRole: true) is not null) return -1;
        int last = turns.FindLastIndex(t => t.Role == Message.Assistant);
        if (last >= 0) turns.RemoveRange(last + 1, turns.Count - last - 1);
        return last;
    }

    /// <inheritdoc cref="ReadList"/>
    private static int? ReadTexts(FieldRecord row, List<Message> turns)
    {
        foreach ((string prompt, string? input, string answer) in Texts)
        {
            if (!Add(row[prompt], prompt, Message.User, turns)) continue;
            int border = turns.Count;
            if (input is not null && turns is [{ IsPlain: true } only] && row[input] is { Kind: FieldKind.Text, Text.Length: > 0 } more)
                turns[0] = only.WithContent($"{only.Content}\n{more.Text}");
            if (Add(row[answer], answer, Message.Assistant, turns) && turns.Count > border && turns[^1].Role == Message.Assistant) return border;
            turns.Clear();
        }
        return null;
    }

    /// <summary>What somebody says, or messages.</summary>
    private static bool Add(FieldValue value, string name, string role, List<Message> turns)
    {
        FieldValue list = ListText.Of(value);
        if (MessageParser.IsMessages(list)) return MessageParser.TryRead(list, name, turns, anyRole: true) is null;
        if (value.Kind != FieldKind.Text) return false;
        turns.Add(new Message(role, value.Text));
        return true;
    }

    /// <summary>Whether the answer is desirable; null where nothing says it.</summary>
    private static bool? LabelOf(FieldRecord row)
    {
        if (row.Names.FirstOrDefault(name => FieldNames.Labels.Contains(FieldNames.Normalize(name), StringComparer.Ordinal)) is not { } name) return null;
        FieldValue value = row[name];
        if (value.Kind == FieldKind.Text && bool.TryParse(value.Text, out bool flag)) return flag;
        return ScoreField.TryRead(value, out float? number) && number is { } label ? label > 0 : null;
    }

    /// <summary>A row of the view.</summary>
    private class PromptedAnswer
    {
        public string Prompt { get; set; } = "";

        public string Response { get; set; } = "";
    }

    /// <summary>A row of a view for KTO.</summary>
    private sealed class LabelledAnswer : PromptedAnswer
    {
        public LabelledAnswer(string prompt, string response, bool label) => (Prompt, Response, Label) = (prompt, response, label);

        public LabelledAnswer()
        {
        }

        public bool Label { get; set; }
    }
}
