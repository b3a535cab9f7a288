using Microsoft.ML.SimPO.Losses;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Attention;
using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Data.Packing;

/// <summary>Lays prompts with their answers out row by row.</summary>
/// <param name="groups">What the places of a <see cref="PackedPrompt"/> refer to.</param>
/// <param name="head">Says where a reward model reads a text; null for a language model.</param>
internal sealed class PackedBatchBuilder(IReadOnlyList<(int Index, EncodedPrompt Tokens)> groups, ScoredTokens scored, RewardHead? head = null)
{
    private readonly List<int> _ids = [], _positions = [], _scoredRows = [], _targets = [], _sequences = [];
    private readonly List<AttentionSegment> _segments = [];
    private readonly List<PackedUnit> _units = [];

    /// <param name="isShared">Whether the sequences share their prefix, or stand one by one.</param>
    public void Add(PackedPrompt prompt, bool isShared)
    {
        int prefix = isShared ? prompt.Prefix : 0, start = _ids.Count;
        int[] behind = new int[prompt.Answers.Count]; // of each answer, the row of its first token behind the prefix
        int[] uses = Uses(prompt);
        for (int i = 0; i < behind.Length; i++)
        {
            TokenIds ids = prompt.Answers[i].Ids;
            if (!isShared) _segments.Add(new AttentionSegment(_ids.Count, 0, ids.Length));
            if (i == 0) AddRows(ids, 0, prefix, uses.Sum());
            behind[i] = _ids.Count;
            AddRows(ids, prefix, ids.Length, uses[i]);
        }
        if (isShared) _segments.Add(new AttentionSegment(start, prefix, [.. prompt.Answers.Select(a => a.Ids.Length - prefix)]));
        bool joins = isShared && scored == ScoredTokens.PromptAndAnswers; // a prompt that is scored binds all its groups
        foreach (PackedPrompt.Unit unit in joins ? [new(0, behind.Length, [.. prompt.Units.SelectMany(u => u.Groups)])] : prompt.Units)
            AddUnit(prompt, unit, new Sequences(prefix, start, behind));
    }

    public PackedBatch Build() => new(new TokenBatch([.. _ids], [.. _positions], [.. _segments]), [.. _scoredRows], [.. _targets], [.. _units])
    {
        Sequences = [.. _sequences],
    };

    /// <summary>In how many groups each answer stands that is chosen or rejected there.</summary>
    private int[] Uses(PackedPrompt prompt)
    {
        int[] uses = new int[prompt.Answers.Count];
        foreach ((int place, int[] answers) in prompt.Units.SelectMany(u => u.Groups))
        {
            for (int i = 0; i < answers.Length; i++)
                if (!double.IsNaN(groups[place].Tokens.Answers[i].Rating)) uses[answers[i]]++;
        }
        return uses;
    }

    private void AddRows(TokenIds ids, int from, int to, int sequences)
    {
        for (int i = from; i < to; i++)
        {
            _ids.Add(ids[i]);
            _positions.Add(i);
            _sequences.Add(sequences);
        }
    }

    private void AddUnit(PackedPrompt prompt, PackedPrompt.Unit unit, Sequences at)
    {
        int start = _scoredRows.Count;
        ScoredSpan Score(int answer, int from, int to) => AddScored(prompt.Answers[answer].Ids, from, to, i => at.RowOf(answer, i));
        ScoredSpan ScoreAnswer(int answer) => head is null
            ? Score(answer, prompt.Answers[answer].PromptLength, prompt.Answers[answer].Ids.Length)
            : AddEnd(prompt.Answers[answer].Ids, head, i => at.RowOf(answer, i));
        ScoredSpan[] answers = [.. Enumerable.Range(unit.First, unit.End - unit.First).Select(ScoreAnswer)];
        Dictionary<int, ScoredSpan[]> prompts = [];
        if (scored == ScoredTokens.PromptAndAnswers)
        {
            ScoredSpan[] shared = at.Prefix > 1 ? [Score(0, 1, at.Prefix)] : [];
            foreach (int first in unit.Groups.Select(g => g.Answers[0]).Distinct())
                prompts[first] = [.. shared, Score(first, Math.Max(1, at.Prefix), prompt.Answers[first].PromptLength)];
        }
        _units.Add(new PackedUnit(start, _scoredRows.Count - start, [.. unit.Groups.Select(g => new PackedGroup(
            groups[g.Place].Index, g.Place, groups[g.Place].Tokens, [.. g.Answers.Select(a => answers[a - unit.First])],
            prompts.GetValueOrDefault(g.Answers[0], [])))]));
    }

    /// <summary>The token at position i is predicted by the row of position i - 1.</summary>
    private ScoredSpan AddScored(TokenIds ids, int from, int to, Func<int, int> rowOf)
    {
        int start = _scoredRows.Count;
        for (int i = from; i < to; i++)
        {
            _scoredRows.Add(rowOf(i - 1));
            _targets.Add(ids[i]);
        }
        return new ScoredSpan(start, to - from);
    }

    /// <summary>The row where a reward model reads a text.</summary>
    private ScoredSpan AddEnd(TokenIds ids, RewardHead head, Func<int, int> rowOf)
    {
        int position = head.PositionIn(ids.Span);
        _scoredRows.Add(rowOf(position));
        _targets.Add(ids[position]);
        return new ScoredSpan(_scoredRows.Count - 1, 1);
    }

    /// <summary>Where the sequences of a prompt stand.</summary>
    /// <param name="Prefix">Tokens that all of them share.</param>
    /// <param name="Start">The row of the first of these.</param>
    /// <param name="Behind">Of each answer, the row of its first token behind them.</param>
    private readonly record struct Sequences(int Prefix, int Start, int[] Behind)
    {
        public int RowOf(int answer, int position) => position < Prefix ? Start + position : Behind[answer] + position - Prefix;
    }
}
