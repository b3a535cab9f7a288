using System.Text;

namespace Microsoft.ML.SimPO.Text.Tokenization.Decoders;

/// <summary>The stages that a tokenizer decodes with; each text gets its own.</summary>
/// <param name="stages">Makes a stage before another one, in order.</param>
/// <param name="separator">What stands between two tokens after the last stage.</param>
internal sealed class DecoderChain(IReadOnlyList<Func<DecoderStage, DecoderStage>> stages, string separator)
{
    /// <param name="output">Takes the text.</param>
    public DecoderStage Start(StringBuilder output)
    {
        DecoderStage first = new OutputStage(output, separator);
        for (int i = stages.Count - 1; i >= 0; i--) first = stages[i](first);
        return first;
    }

    /// <summary>Writes tokens to the output.</summary>
    private sealed class OutputStage(StringBuilder output, string separator) : DecoderStage(null)
    {
        private bool _isFirst = true;

        public override void Push(string token)
        {
            if (!_isFirst) output.Append(separator);
            output.Append(token);
            _isFirst = false;
        }

        public override void Finish()
        {
        }
    }
}
