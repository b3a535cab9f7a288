using System.Buffers;
using Microsoft.ML.SimPO.Data.Filters;
using Microsoft.ML.SimPO.Text;

namespace Microsoft.ML.SimPO.Data.Checks;

/// <summary>
/// Prompts of a test set, by which training prompts are found that are equal, or nearly: whose sequences of five letters are for seven tenths the same. Of a
/// long prompt the 128 least hashes of its sequences stand for all.
/// </summary>
internal sealed class TestPrompts
{
    private const int Letters = 5, Sketch = 128;
    private const double LeastSimilarity = 0.7;

    private readonly Dictionary<ulong, List<int>> _bySequence = [];
    private readonly Dictionary<UInt128, int> _byKey = [];
    private readonly List<int> _sizes = [];

    public TestPrompts(IEnumerable<PreferenceRow> rows)
    {
        foreach (PreferenceRow row in rows)
        {
            int number = _sizes.Count;
            ulong[] sequences = Sequences(Question(row.Messages()));
            _sizes.Add(sequences.Length);
            _byKey.TryAdd(TextKey.OfPrompt(row.Prompt), number);
            foreach (ulong sequence in sequences)
            {
                if (!_bySequence.TryGetValue(sequence, out List<int>? numbers)) _bySequence.Add(sequence, numbers = []);
                numbers.Add(number);
            }
        }
    }

    /// <summary>The test row, from 0, whose prompt this one repeats, and whether to the letter; null for none.</summary>
    public (int Row, bool IsExact)? Find(CheckedRow row)
    {
        if (row.Turns is null) return null;
        if (_byKey.TryGetValue(row.PromptKey, out int exact)) return (exact, true);
        ulong[] sequences = Sequences(Question(row.Turns));
        if (sequences.Length == 0) return null;
        var shared = new Dictionary<int, int>();
        foreach (ulong sequence in sequences)
            foreach (int number in _bySequence.GetValueOrDefault(sequence) ?? []) shared[number] = shared.GetValueOrDefault(number) + 1;
        (int Row, double Similarity) best = (-1, 0);
        foreach ((int number, int both) in shared)
        {
            double similarity = both / (double)(sequences.Length + _sizes[number] - both);
            if (similarity > best.Similarity || (similarity == best.Similarity && number < best.Row)) best = (number, similarity);
        }
        return best.Similarity >= LeastSimilarity ? (best.Row, false) : null;
    }

    private static string Question(PromptedAnswers pair) =>
        string.Join(' ', pair.Prompt.Messages.Where(turn => turn.Role == Message.User).Select(turn => turn.Content));

    /// <summary>Hashes of the sequences of letters and digits; sorted, each once, at most so many.</summary>
    private static ulong[] Sequences(string text)
    {
        char[] buffer = ArrayPool<char>.Shared.Rent(Math.Max(1, text.Length));
        int length = 0;
        foreach (char c in text)
        {
            if (char.IsLetterOrDigit(c)) buffer[length++] = char.ToLowerInvariant(c);
            else if (length > 0 && buffer[length - 1] != ' ') buffer[length++] = ' ';
        }
        if (length > 0 && buffer[length - 1] == ' ') length--;
        var hashes = new HashSet<ulong>();
        for (int start = 0; start + Math.Min(Letters, length) <= length && length > 0; start++)
        {
            ulong hash = 0;
            foreach (char c in buffer.AsSpan(start, Math.Min(Letters, length))) hash = WordSequences.Mix((hash << 16) ^ hash >> 48 ^ c);
            hashes.Add(hash);
            if (length <= Letters) break;
        }
        ArrayPool<char>.Shared.Return(buffer);
        ulong[] sorted = [.. hashes];
        Array.Sort(sorted);
        return sorted.Length > Sketch ? sorted[..Sketch] : sorted;
    }
}
