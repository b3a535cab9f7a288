using Microsoft.ML.SimPO.Parity;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Every golden checkpoint opens, and holds what its golden.json says.</summary>
[Trait("Category", "Parity")]
public sealed class CheckpointGoldenTests
{
    public static TheoryData<GoldenCase> Models => GoldenCases.Folders("models", "config.json");

    [SkippableTheory]
    [MemberData(nameof(Models))]
    public void A_checkpoint_holds_the_parameters_of_its_golden(GoldenCase golden)
    {
        GoldenCases.SkipUnsupported(golden);
        using CheckpointReader reader = CheckpointReader.Open(golden.Path);
        ModelConfig expected = ModelConfig.LoadFile(golden.File("golden.json")).Get("gradients");
        var shapes = expected.FieldNames.ToDictionary(n => n, n => expected.GetInt32List(n).Select(d => (long)d).ToArray());
        Assert.NotEmpty(shapes);
        Assert.Empty(reader.Check(shapes));
        foreach (string name in shapes.Keys)
            Assert.All(reader.ReadFloat32(name), value => Assert.InRange(value, -100f, 100f));
    }
}
