using Microsoft.ML.SimPO.Text.Tokenization.PostProcessors;

namespace Microsoft.ML.SimPO.Text.Tokenization;

/// <summary>Collects an <see cref="HfEncoding"/>.</summary>
internal readonly struct EncodingBuilder(int count)
{
    private readonly List<int> _ids = new(count);
    private readonly List<string> _tokens = new(count);
    private readonly List<(int Start, int End)> _offsets = new(count);

    public void Add(int id, string token, (int Start, int End) offset)
    {
        _ids.Add(id);
        _tokens.Add(token);
        _offsets.Add(offset);
    }

    /// <summary>Adds a token that stands for no part of the text.</summary>
    public void Add(SpecialToken token) => Add(token.Id, token.Text, (0, 0));

    public HfEncoding Build() => new(_ids, _tokens, _offsets);
}
