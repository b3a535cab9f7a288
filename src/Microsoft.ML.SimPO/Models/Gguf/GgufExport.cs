using System.Globalization;
using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Checkpoints.Gguf;
using Microsoft.ML.SimPO.Checkpoints.Gguf.Blocks;
using Microsoft.ML.SimPO.Models.Families;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Models.Rotary;
using Microsoft.ML.SimPO.Text.Gguf;

namespace Microsoft.ML.SimPO.Models.Gguf;

/// <summary>A model as a GGUF file has it: what is to be written, and what of the model is lost. Its weights are asked for when they are written.</summary>
internal sealed class GgufExport
{
    /// <summary>llama.cpp's number of a file, by what most of its tensors are stored as.</summary>
    private static readonly (string Codec, int FileType)[] FileTypes =
        [("F32", 0), ("F16", 1), ("Q4_0", 2), ("Q4_1", 3), ("Q8_0", 7), ("BF16", 32)];

    private readonly DecoderArchitecture _architecture;
    private readonly GgufFamily _family;
    private readonly BlockCodec _codec;

    /// <param name="decoder">Its adapter, where it has one, is merged.</param>
    /// <param name="files">Those of the model.</param>
    /// <param name="type">What most of the tensors are stored as.</param>
    /// <param name="name">What the model is called.</param>
    /// <exception cref="NotSupportedException">The family or the tokenizer cannot be written.</exception>
    public GgufExport(Decoder decoder, ModelFiles files, string type, string name)
    {
        _architecture = decoder.Architecture;
        if (_architecture.RewardHead is not null)
            throw new NotSupportedException("A reward model is not written as GGUF, which has no head that rates. Use SaveCheckpoint.");
        ModelConfig config = TextConfig.Of(ModelConfig.Load(files));
        _family = GgufFamilies.OfModelType(_architecture.ModelType);
        _codec = BlockCodecs.Named(type);
        var warnings = new List<string>(GgufDeviations.Of(_architecture, _family, files));
        Tensors = [.. RotaryTensors(), .. Weights(decoder)];
        var keys = new GgufModelKeys(_architecture, config, _family.Architecture, FileTypes.First(f => f.Codec == type).FileType);
        _family.Write(keys);
        Metadata =
        [
            (GgufKeys.Architecture, GgufValue.Text(_family.Architecture)), .. RotaryKeys(),
            ("general.type", GgufValue.Text("model")), ("general.name", GgufValue.Text(name)),
            ("general.size_label", GgufValue.Text(SizeLabel(Tensors.Sum(t => t.Source.Count)))),
            .. keys.Keys, ("general.quantization_version", GgufValue.UInt32(2)),
            .. GgufTokenizerWriter.Write(files, _architecture.VocabularySize, _family.Tokenizer, warnings),
        ];
        Warnings = warnings;
    }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<(string Key, GgufValue Value)> Metadata { get; }

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<GgufOutput> Tensors { get; }

    /// <summary>Sentences about what the format cannot hold and the model has.</summary>
    public IReadOnlyList<string> Warnings { get; }

    public void Write(string path, CancellationToken cancellationToken = default) => GgufWriter.Write(path, Metadata, Tensors, cancellationToken);

    /// <summary>How many parameters, in two digits at least: 135M, 7.2B.</summary>
    private static string SizeLabel(long count)
    {
        (double scaled, string unit) = count > 1e12 ? (count * 1e-12, "T") : count > 1e9 ? (count * 1e-9, "B") : count > 1e6 ? (count * 1e-6, "M")
            : (count * 1e-3, "K");
        double whole = Math.Round(scaled);
        int digits = whole == 0 ? 0 : whole.ToString(CultureInfo.InvariantCulture).Length;
        return scaled.ToString(FormattableString.Invariant($"F{Math.Max(2 - digits, 0)}"), CultureInfo.InvariantCulture) + unit;
    }

    private IEnumerable<(string Key, GgufValue Value)> RotaryKeys() => IsLongRope
        ? [($"{_family.Architecture}.rope.scaling.attn_factor", GgufValue.Float32(_architecture.Rotaries[0].AttentionFactor))] : [];

    private bool IsLongRope => _family.Architecture == "phi3" && _architecture.Rotaries[0].Scaling == RotaryScaling.LongRope;

    private IEnumerable<GgufOutput> RotaryTensors()
    {
        RotaryArchitecture rotary = _architecture.Rotaries[0];
        if (IsLongRope)
        {
            yield return Factors(GgufNames.LongFactors, [.. rotary.LongFactors.Select(f => (float)f)]);
            yield return Factors(GgufNames.ShortFactors, [.. rotary.ShortFactors.Select(f => (float)f)]);
        }
        else if (_family.TurnsPairs && rotary.Scaling == RotaryScaling.Llama3) yield return Factors(GgufNames.RotaryFactors, GgufRotaryFactors.Of(rotary));

        static GgufOutput Factors(string name, float[] values) =>
            new(name, new TensorSource(name, [values.Length], sink => sink.Write(values)), BlockCodecs.F32);
    }

    /// <summary>By their Hugging Face names, as a checkpoint has them.</summary>
    private IEnumerable<GgufOutput> Weights(Decoder decoder)
    {
        var names = new GgufNames(_architecture, decoder.Names, _family.TurnsPairs);
        foreach (TensorSource source in ParameterSources.Merged(decoder).OrderBy(s => s.Name, StringComparer.Ordinal))
        {
            (string name, int heads) = names.Of(source.Name)
                ?? throw new NotSupportedException($"Tensor '{source.Name}' has no name in a GGUF file: the model cannot be written as one.");
            bool isNorm = name.EndsWith("norm.weight", StringComparison.Ordinal);
            yield return new GgufOutput(name, source, CodecOf(source, isNorm), heads, AddsOne: isNorm && _architecture.NormAddsOne);
        }
    }

    /// <summary>Norms and biases stay as they are; rows that are no whole number of blocks are 16 bits wide.</summary>
    private BlockCodec CodecOf(TensorSource source, bool isNorm) =>
        isNorm || source.Shape.Count == 1 ? BlockCodecs.F32 : source.Shape[^1] % _codec.Elements != 0 ? BlockCodecs.F16 : _codec;
}
