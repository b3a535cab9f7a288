using System.Reflection;
using Microsoft.ML.Data;

namespace Microsoft.ML.SimPO;

/// <summary>Options whose numbers are at the edge of what their types hold, by chance: they are refused, or what is done with them ends well.</summary>
internal static class HostileOptions
{
    private const int MostSteps = 3, MostPieces = 5, MostTokens = 64;

    private static readonly double[] Extremes =
    [
        double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, double.MinValue, 1e300, 3.5e38, 3.4e38, 1e38, 1e30, 1e20, 1e10,
        2147483648, int.MaxValue, int.MinValue, 65536, 1000, 16, 7, 3, 2, 1, 1 - 1e-9, 1 - 1e-16, 0.5, 0.1, 1e-3, 1e-10, 1e-30, 1e-38, 1e-45, 1e-46, 1e-300,
        double.Epsilon,
        0, -1e-46, -1e-10, -0.5, -1,
    ];

    /// <summary>Fits of every method, ended after a few steps.</summary>
    public static Func<Random, Action> Fits(string model, TextPair[] pairs)
    {
        MLContext context = Quiet();
        IDataView data = context.Data.LoadFromEnumerable(pairs.Concat(pairs));
        AlignmentTrainers trainers = context.Alignment.Trainers;
        return random => random.Next(10) switch
        {
            0 => Fit(random, new CpoTrainer.Options(), o => trainers.Cpo(o)),
            1 => Fit(random, new OrpoTrainer.Options(), o => trainers.Orpo(o)),
            2 => Fit(random, new SftTrainer.Options(), o => trainers.Sft(o)),
            3 => Fit(random, new DpoTrainer.Options(), o => trainers.Dpo(o)),
            4 => Fit(random, new KtoTrainer.Options(), o => trainers.Kto(o)),
            5 => Fit(random, new RrhfTrainer.Options(), o => trainers.Rrhf(o)),
            6 => Fit(random, new SlicHfTrainer.Options(), o => trainers.SlicHf(o)),
            _ => Fit(random, new SimPOTrainer.Options(), o => trainers.SimPO(o)),
        };

        Action Fit<TOptions>(Random random, TOptions options, Func<TOptions, PreferenceTrainer<TOptions>> make)
            where TOptions : PreferenceTrainerOptions
        {
            (options.ModelPath, options.BatchSize, options.Seed) = (model, 2, 5);
            if (random.Next(3) == 0) options.ValidationFraction = 0.5;
            if (random.Next(4) == 0) Change(random, options.Lora = new LoraOptions { Rank = 2 });
            Change(random, options);
            return () =>
            {
                using var source = new CancellationTokenSource();
                int steps = 0;
                options.Progress = new Listener<TrainingProgress>(_ =>
                {
                    if (++steps == MostSteps) source.Cancel();
                });
                PreferenceTrainer<TOptions> trainer = Constructed(() => make(options));
                try
                {
                    using AlignmentTransformer fitted = trainer.Fit(data, null, source.Token);
                    if (!fitted.Transform(data).GetColumn<float>("ChosenReward").All(float.IsFinite)) throw new ArgumentException("a score that is no number");
                }
                catch (OperationCanceledException)
                {
                    // As was asked for.
                }
                catch (ArgumentException e) when (e.ParamName == "inputSchema")
                {
                    throw new FormatException(e.Message, e); // other rows than there are
                }
            };
        }
    }

    /// <summary>Answers of a model, ended after a few pieces.</summary>
    public static Func<Random, Action> Answers(string model, TextPair[] pairs)
    {
        MLContext context = Quiet();
        AlignmentTransformer loaded = context.Alignment.LoadModel(model); // the process ends with it
        return random =>
        {
            var options = new GenerationOptions
            {
                MaxNewTokens = random.Next(1, 9), Sample = random.Next(3) > 0, StopStrings = random.Next(3) == 0 ? ["e", new string('x', 100_000)] : [],
            };
            Change(random, options);
            int samples = random.Next(1, 4);
            return () =>
            {
                try
                {
                    _ = loaded.GenerateStreaming(pairs[0].Prompt, options).ToBlockingEnumerable().Take(MostPieces).Count();
                    if (options.MaxNewTokens <= MostTokens) loaded.GenerateSamples(pairs.Select(p => p.Prompt), options.Sample ? samples : 1, options);
                }
                catch (ArgumentException e) when (e.ParamName == "options")
                {
                    throw new FormatException(e.Message, e); // as the campaign counts what is refused
                }
            };
        };
    }

    /// <summary>What is wrong with options is told by the constructor.</summary>
    private static T Constructed<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (ArgumentException e) when (e.ParamName == "options")
        {
            throw new FormatException(e.Message, e); // as the campaign counts what is refused
        }
    }

    private static void Change(Random random, object options)
    {
        PropertyInfo[] properties =
        [
            .. options.GetType().GetProperties().Where(p => p.SetMethod is { IsPublic: true } && Number(p) is { } type && (type.IsEnum || type == typeof(bool)
                || type == typeof(int) || type == typeof(float) || type == typeof(double))),
        ];
        for (int change = random.Next(1, 4); change > 0; change--)
        {
            PropertyInfo property = properties[random.Next(properties.Length)];
            double value = Extremes[random.Next(Extremes.Length)];
            Type type = Number(property);
            property.SetValue(options, type.IsEnum ? Enum.ToObject(type, random.Next(-1, 6)) : type == typeof(bool) ? (object)(random.Next(2) == 0)
                : type == typeof(int) ? (object)(int)value : type == typeof(float) ? (object)(float)value : value);
        }
    }

    private static Type Number(PropertyInfo property) => Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;

    private static MLContext Quiet()
    {
        var context = new MLContext(seed: 1);
        context.Log += (_, _) => { };
        return context;
    }
}
