using System.Collections;

namespace Microsoft.ML.SimPO.Text.Encoders;

/// <summary>
/// Encoded prompts with their answers, in their order. Their ids lie one after the other in a few large arrays: an array for each sequence would stand scattered among
/// the texts that it was made of, and keep their memory from being given back.
/// </summary>
internal sealed class EncodedPrompts : IReadOnlyList<EncodedPrompt>
{
    // A block holds as many ids as all before it, so that few of them take little; and never so many that its unused rest counts.
    private const int SmallestBlock = 1 << 12, LargestBlock = 1 << 20;

    private readonly List<EncodedPrompt> _prompts = [];
    private int[] _block = [];
    private int _used;
    private long _total;

    /// <summary>Copies of them.</summary>
    public EncodedPrompts(IEnumerable<EncodedPrompt> prompts)
    {
        foreach (EncodedPrompt prompt in prompts)
        {
            var answers = new EncodedAnswer[prompt.Answers.Count];
            for (int i = 0; i < answers.Length; i++) answers[i] = prompt.Answers[i] with { Ids = Store(prompt.Answers[i].Ids.Span) };
            _prompts.Add(new EncodedPrompt(answers) { Row = prompt.Row });
        }
    }

    public int Count => _prompts.Count;

    public EncodedPrompt this[int index] => _prompts[index];

    public IEnumerator<EncodedPrompt> GetEnumerator() => _prompts.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private TokenIds Store(ReadOnlySpan<int> ids)
    {
        if (ids.Length > _block.Length - _used)
        {
            int length = (int)Math.Clamp(_total, SmallestBlock, LargestBlock);
            (_block, _used) = (GC.AllocateUninitializedArray<int>(Math.Max(length, ids.Length)), 0);
        }
        ids.CopyTo(_block.AsSpan(_used));
        var stored = new TokenIds(_block, _used, ids.Length);
        _used += ids.Length;
        _total += ids.Length;
        return stored;
    }
}
