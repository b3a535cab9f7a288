using Microsoft.ML.SimPO.Text.Encoders;

namespace Microsoft.ML.SimPO.Data;

/// <summary>How long a pair is, and in what unit. One instance serves one pass.</summary>
/// <param name="Unit">`tokens` or `characters`.</param>
/// <param name="Lengths">Measures a pair.</param>
internal sealed record PairMeasure(string Unit, Func<PreferenceRow, PairLengths> Lengths)
{
    public static PairMeasure Characters { get; } = new("characters", PairLengths.InCharacters);

    /// <summary>Whether a pair may be one that cannot be measured: <see cref="Lengths"/> throws <see cref="InvalidDataException"/> then.</summary>
    public bool MayRefuse { get; private init; }

    /// <summary>Measures pairs as training encodes them. What was measured last is not encoded again: filters and statistics ask one after the other.</summary>
    public static PairMeasure Tokens(PreferenceEncoder encoder)
    {
        PreferenceRow? last = null;
        PairLengths lengths = default;
        return new PairMeasure("tokens", Measure) { MayRefuse = true };

        PairLengths Measure(PreferenceRow row)
        {
            if (ReferenceEquals(row, last)) return lengths;
            EncodedPrompt pair = encoder.Encode(row.Prompt, row.Chosen, row.Rejected, 0)!;
            lengths = new PairLengths(pair.Chosen.PromptLength, pair.Chosen.Length, pair.Rejected.Length);
            last = row;
            return lengths;
        }
    }

    /// <summary>The encoder of a model's folder that cuts and drops nothing.</summary>
    public static PreferenceEncoder Encoder(string modelPath) =>
        PreferenceEncoder.Load(modelPath, new PreferenceEncoderOptions { MaxLength = int.MaxValue, EmptyAnswers = EmptyAnswers.Keep });
}
