using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>Every golden checkpoint opens, and holds what its golden.json says.</summary>
[Trait("Category", "Parity")]
public sealed class CheckpointParityTests
{
    private static readonly string[] Untrained =
        [".act_fn.beta", ".act_fn.eps", ".e_score_correction_bias", ".layer_scalar", "vision_tower.", "visual.", "multi_modal_projector.", "embed_vision."];

    public static TheoryData<GoldenCase> Models => GoldenCases.Models("config.json", "golden.json");

    [SkippableTheory]
    [MemberData(nameof(Models))]
    public void A_checkpoint_holds_the_parameters_of_its_golden(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        using CheckpointReader reader = CheckpointReader.Open(golden.Path);
        ModelConfig expected = ModelConfig.LoadFile(golden.File("golden.json")).Get("gradients");
        var shapes = expected.FieldNames.ToDictionary(n => n, n => expected.GetInt32List(n).Select(d => (long)d).ToArray());
        Assert.NotEmpty(shapes);
        // What nobody trains has no gradient in a golden: buffers, and what belongs to images.
        Assert.All(reader.Check(shapes), name => Assert.Contains(Untrained, part => name.Contains(part, StringComparison.Ordinal)));
        Assert.All(shapes.Keys, name => Assert.True(reader.ReadFloat32(name).All(float.IsFinite)));
    }

    /// <summary>Writing what was read gives back the very bytes that Hugging Face wrote, for the types that are written.</summary>
    [SkippableTheory]
    [MemberData(nameof(Models))]
    public void A_checkpoint_written_again_is_the_same_file(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        using CheckpointReader reader = CheckpointReader.Open(golden.Path);
        CheckpointType[] types = [.. reader.Tensors.Values.Select(e => e.Type).Distinct()];
        Skip.If(types is not [CheckpointType.Float32 or CheckpointType.BFloat16], $"{string.Join(", ", types)} is read, not written.");
        foreach (IGrouping<string, TensorEntry> file in reader.Tensors.Values.GroupBy(e => e.File))
        {
            using var written = new MemoryStream();
            TensorSource[] sources = [.. file.Select(e => new TensorSource(e.Name, e.Shape, sink => sink.Write(reader.ReadFloat32(e.Name))))];
            SafetensorsWriter.Write(written, sources, types[0]);
            Assert.Equal(File.ReadAllBytes(file.Key), written.ToArray());
        }
    }
}
