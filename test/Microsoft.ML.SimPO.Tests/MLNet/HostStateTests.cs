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

    /// <summary>Every tensor names its type and its device: what the host's defaults are changes no bit.</summary>
    [Fact]
    public void The_default_type_and_device_of_the_hosts_tensors_change_nothing()
    {
        string single = HookedProcess.Run(HostProgram.Variable, "type float32");
        Assert.Contains('|', single);
        Assert.Equal(single, HookedProcess.Run(HostProgram.Variable, "type float64"));
    }

    [Fact]
    public void Loading_data_leaves_nothing_on_the_events_of_the_process() => Assert.Equal("", HookedProcess.Run(HostProgram.Variable, "handlers"));

    /// <summary>The line about an unused tensor comes when the weights are in memory.</summary>
    [Fact]
    public void A_log_handler_that_throws_leaves_no_tensor_behind()
    {
        var context = new MLContext(seed: 1);
        IDataView data = context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(8));
        long before = LiveTensors.CountWithoutGarbage();
        int lines = 0;
        for (int last = 0; last <= lines; last++)
        {
            int left = last;
            lines = 0;
            var thrown = new MLContext(seed: 1);
            thrown.Log += (_, e) =>
            {
                if (!e.Message.Contains("SimPO", StringComparison.Ordinal) && !e.Source.Contains("SimPO", StringComparison.Ordinal)
                    && !e.Source.Contains("Alignment", StringComparison.Ordinal)) return;
                lines++;
                if (left-- == 0) throw new InvalidOperationException("the log is full");
            };
            try
            {
                thrown.Alignment.Trainers.SimPO(QuickStartFiles.Options(o => o.Lora = new LoraOptions { Rank = 2 })).Fit(data).Dispose();
            }
            catch (InvalidOperationException e) when (e.ToString().Contains("the log is full", StringComparison.Ordinal))
            {
            }
            Assert.Equal(before, LiveTensors.CountWithoutGarbage());
        }
        Assert.True(lines > 3, $"{lines} lines");
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
