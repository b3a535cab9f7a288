using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Parity;

namespace Microsoft.ML.SimPO.Training.Session;

/// <summary>A run that goes on ends with the bits of one that was never interrupted, whatever its layers are.</summary>
public sealed class ResumedKindsTests
{
    /// <summary>
    /// Short convolutions; the delta rule and gates; sinks and joined experts; a router with a correction; learned slopes; keys that are shared.
    /// </summary>
    [Theory]
    [InlineData("lfm2")]
    [InlineData("qwen3_5")]
    [InlineData("gpt_oss")]
    [InlineData("glm4_moe")]
    [InlineData("apertus")]
    [InlineData("gemma4-small")]
    public void A_run_goes_on_to_the_bit(string model)
    {
        SessionSettings settings = new() { Diagnosed = new(2, 3e-3), EvaluationSteps = 1, SaveSteps = 1, SaveTotalLimit = 1 };
        using var whole = new SmallRun { Decoder = Load(model), Settings = settings, Loss = step => 10 - step };
        float[][] before = whole.Weights();
        whole.Run();
        Assert.NotEqual(before, whole.Weights());
        using var folder = new Data.TemporaryFolder();
        string path = Path.Combine(folder.Path, "run");
        using (var first = new SmallRun { Decoder = Load(model), Folder = path, Settings = settings })
        using (var source = new CancellationTokenSource())
        {
            first.Loss = step =>
            {
                if (step == 3) source.Cancel();
                return 10 - step;
            };
            Assert.Throws<OperationCanceledException>(() => first.Run(source.Token));
        }
        using var second = new SmallRun { Decoder = Load(model), Folder = path, Resumes = true, Settings = settings, Loss = step => 10 - step };
        Assert.Equal(6, second.Run().Steps.Count);
        Assert.Equal(whole.Weights(), second.Weights());
    }

    private static Decoder Load(string model) => DecoderLoader.Load(Path.Combine(GoldenCases.OwnRoot, "models-v5", model), TorchSharp.torch.CPU);
}
