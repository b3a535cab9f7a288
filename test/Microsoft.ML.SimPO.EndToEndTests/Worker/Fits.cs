using System.Globalization;
using TorchSharp;

namespace Microsoft.ML.SimPO.EndToEnd.Worker;

/// <summary>Fits that are killed, run out of disk, or are many.</summary>
internal static class Fits
{
    /// <summary>
    /// Goes on with the run in <paramref name="output"/>, or begins it, and keeps a checkpoint of every step. A line on standard output for each step.
    /// </summary>
    /// <param name="method">SimPO, Dpo or Sft.</param>
    public static void Run(string model, string train, string output, int? cancelAfter, string method = "SimPO")
    {
        using var source = new CancellationTokenSource();
        PreferenceTrainerOptions options = method switch
        {
            "Dpo" => Small(model, new DpoTrainer.Options()),
            "Sft" => Small(model, new SftTrainer.Options()),
            _ => Options(model),
        };
        (options.OutputPath, options.SaveSteps, options.SaveTotalLimit, options.ResumeFrom, options.Epochs) = (output, 1, 3, "Auto", 3);
        options.Progress = new Progress(step =>
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"step {step.Step}"));
            if (step.Step == cancelAfter) source.Cancel();
        });
        MLContext context = QuietContext(seed: null);
        try
        {
            IDataView pairs = context.Alignment.LoadPreferences(train);
            (options switch
            {
                DpoTrainer.Options dpo => context.Alignment.Trainers.Dpo(dpo).Fit(pairs, null, source.Token),
                SftTrainer.Options sft => context.Alignment.Trainers.Sft(sft).Fit(pairs, null, source.Token),
                _ => context.Alignment.Trainers.SimPO((SimPOTrainer.Options)options).Fit(pairs, null, source.Token),
            }).Dispose();
            Console.WriteLine("done");
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("cancelled");
        }
    }

    /// <summary>Fits one after another; after each a line with the memory that the process holds, in KiB, and the tensors that live.</summary>
    public static void Repeat(string model, string train, int count)
    {
        MLContext context = QuietContext(seed: null);
        IDataView data = context.Alignment.LoadPreferences(train);
        for (int i = 0; i < count; i++)
        {
            context.Alignment.Trainers.SimPO(Options(model)).Fit(data).Dispose();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Environment.WorkingSet >> 10} {torch.Tensor.TotalCount}"));
        }
    }

    /// <summary>One whose warnings do not stand in the error stream, which tests look at.</summary>
    public static MLContext QuietContext(int? seed)
    {
        var context = new MLContext(seed);
        context.Log += (_, _) => { };
        return context;
    }

    private static SimPOTrainer.Options Options(string model) => Small(model, new SimPOTrainer.Options { Beta = 2.5f });

    private static TOptions Small<TOptions>(string model, TOptions options)
        where TOptions : PreferenceTrainerOptions
    {
        (options.ModelPath, options.LearningRate, options.BatchSize, options.MaxLength, options.MaxPromptLength, options.Seed) = (model, 2e-4, 4, 256, 200, 5);
        return options;
    }

    private sealed class Progress(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
