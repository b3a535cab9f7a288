using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Data.Packing;

/// <summary>A prompt with all answers that the groups of a batch give it: it is laid out once, and so is an answer that stands in several groups.</summary>
internal sealed class PackedPrompt
{
    private readonly List<EncodedAnswer> _answers = [];
    private readonly List<Unit> _units = [];
    private int _tokens;

    /// <summary>Rows that all sequences share.</summary>
    public int Prefix { get; private set; } = int.MaxValue;

    /// <summary>Each once.</summary>
    public IReadOnlyList<EncodedAnswer> Answers => _answers;

    /// <summary>In the order of their answers.</summary>
    public IReadOnlyList<Unit> Units => _units;

    /// <summary>How many rows a group would add.</summary>
    public int Cost(EncodedPrompt group)
    {
        int[] found = Find(group), added = [.. group.Answers.Where((_, i) => found[i] < 0).Select(a => a.Ids.Length)];
        return RowsOf(_answers.Count + added.Length, _tokens + added.Sum(), Math.Min(Prefix, group.SharedPrefixLength)) - RowsOf(_answers.Count, _tokens, Prefix);
    }

    /// <param name="place">The group's place in the batch.</param>
    public void Add(EncodedPrompt group, int place)
    {
        int[] answers = Find(group);
        for (int i = 0; i < answers.Length; i++)
        {
            if (answers[i] >= 0) continue;
            answers[i] = _answers.Count;
            _answers.Add(group.Answers[i]);
            _tokens += group.Answers[i].Ids.Length;
        }
        Prefix = Math.Min(Prefix, group.SharedPrefixLength);
        int first = answers.Min();
        List<(int, int[])> groups = [(place, answers)];
        for (; _units is [.., var last] && first < last.End; _units.RemoveAt(_units.Count - 1))
        {
            first = Math.Min(first, last.First);
            groups.InsertRange(0, last.Groups);
        }
        _units.Add(new Unit(first, _answers.Count, groups));
    }

    private static int RowsOf(int answers, int tokens, int prefix) => answers == 0 ? 0 : tokens - ((answers - 1) * prefix);

    /// <summary>Where the group's answers stand already; -1 for a new one. Equal answers of one group are not one.</summary>
    private int[] Find(EncodedPrompt group)
    {
        int[] found = new int[group.Answers.Count];
        for (int i = 0; i < found.Length; i++)
        {
            EncodedAnswer answer = group.Answers[i];
            found[i] = -1;
            for (int known = 0; known < _answers.Count && found[i] < 0; known++)
                if (!found.AsSpan(0, i).Contains(known) && _answers[known].PromptLength == answer.PromptLength && _answers[known].Ids.Span.SequenceEqual(answer.Ids.Span))
                    found[i] = known;
        }
        return found;
    }

    /// <summary>Groups that share answers, directly or through others.</summary>
    /// <param name="First">The first answer that the units before do not have.</param>
    /// <param name="End">Behind the last one.</param>
    /// <param name="Groups">Of each group its place in the batch and which its answers are.</param>
    public sealed record Unit(int First, int End, List<(int Place, int[] Answers)> Groups);
}
