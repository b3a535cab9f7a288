using TorchSharp;

namespace Microsoft.ML.SimPO;

/// <summary>What belongs to the program that uses the library is as it was afterwards.</summary>
public sealed class HostStateTests
{
    [Fact]
    public void Fitting_scoring_and_sampling_leave_the_random_state_and_the_threads_alone()
    {
        torch.random.manual_seed(77);
        using torch.Tensor before = torch.random.get_rng_state().clone();
        (int threads, bool grad) = (torch.get_num_threads(), torch.is_grad_enabled());
        var context = new MLContext(seed: 1);
        IDataView data = context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(8));
        using (AlignmentTransformer model = context.Alignment.Trainers.SimPO(QuickStartFiles.Options()).Fit(data))
        {
            context.Alignment.Evaluate(model.Transform(data));
            model.Generate(["Hello"], new GenerationOptions { MaxNewTokens = 4, Sample = true, Seed = 1 });
        }
        using torch.Tensor after = torch.random.get_rng_state();
        Assert.Equal(before.data<byte>().ToArray(), after.data<byte>().ToArray());
        Assert.Equal((threads, grad), (torch.get_num_threads(), torch.is_grad_enabled()));
    }

    [Fact]
    public void Log_lines_name_their_source_as_those_of_mlnets_trainers_do()
    {
        List<(string Source, string Kind)> lines = [];
        var context = new MLContext(seed: 1);
        context.Log += (_, e) =>
        {
            lock (lines) lines.Add((e.Source, e.Kind.ToString()));
        };
        IDataView data = context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(8));
        context.Alignment.Trainers.SimPO(QuickStartFiles.Options()).Fit(data).Dispose();
        Assert.Contains(("SimPOTrainer; Training", "Info"), lines);
        Assert.All(lines.Where(l => l.Kind == "Info"), l => Assert.Equal("SimPOTrainer; Training", l.Source));
    }
}
