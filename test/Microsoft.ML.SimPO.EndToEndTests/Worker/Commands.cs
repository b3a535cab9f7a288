using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO.EndToEnd.Worker;

/// <summary>What uses the library. A failure is its message on standard error and exit code 1.</summary>
internal static class Commands
{
    public static int Run(string[] args)
    {
        try
        {
            switch (args)
            {
                case ["score-model", string model, string test]:
                    using (AlignmentTransformer loaded = new MLContext().Alignment.LoadModel(model, new ScoringOptions { Beta = 2.5f })) Print(loaded, test);
                    return 0;
                case ["describe", string model]:
                    Console.WriteLine(new MLContext().Alignment.DescribeModel(model).Parameters.ToString(CultureInfo.InvariantCulture));
                    return 0;
                case ["score-zip", string zip, string test]:
                    using (var loaded = (AlignmentTransformer)new MLContext().Model.Load(zip, out _)) Print(loaded, test);
                    return 0;
                case ["tune-adapter", string model, string train, string test, string zip]:
                    MLContext context = Fits.QuietContext(seed: 1);
                    IDataView data = context.Data.TakeRows(context.Alignment.LoadPreferences(train), 8);
                    var lora = new LoraOptions { Rank = 4 };
                    var options = new SimPOTrainer.Options { ModelPath = model, Beta = 2.5f, LearningRate = 1e-3, BatchSize = 4, Lora = lora };
                    using (AlignmentTransformer tuned = context.Alignment.Trainers.SimPO(options).Fit(data))
                    {
                        context.Model.Save(tuned, data.Schema, zip);
                        Print(tuned, test);
                    }
                    return 0;
                case ["fit", string model, string train, string output, .. string[] cancelAfter]:
                    Fits.Run(model, train, output, cancelAfter is [string step] ? int.Parse(step, CultureInfo.InvariantCulture) : null);
                    return 0;
                case ["fit-dpo", string model, string train, string output]:
                    Fits.Run(model, train, output, cancelAfter: null, "Dpo");
                    return 0;
                case ["fit-sft", string model, string train, string output]:
                    Fits.Run(model, train, output, cancelAfter: null, "Sft");
                    return 0;
                case ["fits", string model, string train, string count]:
                    Fits.Repeat(model, train, int.Parse(count, CultureInfo.InvariantCulture));
                    return 0;
                default:
                    Console.Error.WriteLine("usage: Worker describe DIR | score-model DIR TEST | score-zip ZIP TEST | fit DIR TRAIN OUTPUT [CANCEL-AFTER-STEP] "
                        + "| fit-dpo DIR TRAIN OUTPUT | fit-sft DIR TRAIN OUTPUT | fits DIR TRAIN COUNT | tune-adapter DIR TRAIN TEST ZIP");
                    return 2;
            }
        }
        catch (Exception e) when (e is IOException or DllNotFoundException or InvalidDataException or InvalidOperationException)
        {
            Console.Error.WriteLine($"{e.GetType().Name}: {e.Message}");
            return 1;
        }
    }

    /// <summary>Every reward of every row with all its bits.</summary>
    private static void Print(AlignmentTransformer model, string test)
    {
        IDataView scored = model.Transform(new MLContext().Alignment.LoadPreferences(test));
        foreach ((float chosen, float rejected) in scored.GetColumn<float>("ChosenReward").Zip(scored.GetColumn<float>("RejectedReward")))
            Console.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"{BitConverter.SingleToInt32Bits(chosen):X8} {BitConverter.SingleToInt32Bits(rejected):X8}"));
    }
}
