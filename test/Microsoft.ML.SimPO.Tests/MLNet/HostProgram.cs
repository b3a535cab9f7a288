using System.Globalization;
using System.Reflection;
using Microsoft.ML.SimPO.Data;
using Microsoft.ML.SimPO.Data.Writing;
using TorchSharp;

namespace Microsoft.ML.SimPO;

/// <summary>A program that uses the library and has settings of its own, in a process of its own; prints what came of it.</summary>
internal static class HostProgram
{
    public const string Variable = "SIMPO_TEST_HOST";

    /// <param name="what"><c>type</c> and the default type of tensors, <c>handlers</c>, or <c>engines</c> and what is said of these.</param>
    public static int Run(string what)
    {
        string[] parts = what.Split(' ');
        if (parts[0] == "handlers") return PrintHandlers();
        if (parts[0] == "engines") return EnginesProgram.Run(parts[1..]);
        using (torch.Tensor first = torch.zeros(1)) { } // loads the native libraries, whose default type it is
        if (parts[1] == "float64") torch.set_default_dtype(torch.ScalarType.Float64);
        if (parts[1] == "float64") torch.set_default_device(new torch.Device(DeviceType.META)); // what lies there has no values
        Console.WriteLine(Figures());
        return 0;
    }

    /// <summary>All bits of a fit, of an adapter's, of scores and of generated text.</summary>
    public static string Figures()
    {
        var context = new MLContext(seed: 1);
        IDataView data = context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(8));
        List<string> figures = [];
        foreach (LoraOptions? lora in new[] { null, new LoraOptions { Rank = 4 } })
        {
            using AlignmentTransformer model = context.Alignment.Trainers.SimPO(QuickStartFiles.Options(o => (o.Lora, o.GradientCheckpointing) = (lora, true)))
                .Fit(data);
            figures.AddRange(model.TrainingRun.Steps.Select(s => s.Loss.ToString("R", CultureInfo.InvariantCulture)));
            figures.Add(context.Alignment.Evaluate(model.Transform(data)).MeanMargin.ToString("R", CultureInfo.InvariantCulture));
            figures.AddRange(model.Generate(["Hello"], new GenerationOptions { MaxNewTokens = 8, Sample = true, Seed = 1 }));
        }
        return string.Join('|', figures).ReplaceLineEndings(" ");
    }

    /// <summary>What hangs on the events of the process after data of every container was read.</summary>
    private static int PrintHandlers()
    {
        using var folder = new TemporaryFolder();
        string[] before = Handlers();
        PreferenceRow[] rows = [new("p", "c", "r", null, null), new("q", "c", "r", null, null)];
        foreach (string name in new[] { "a.jsonl", "a.parquet" })
        {
            PreferenceWriter.Write(folder.File(name), rows, scores: false);
            new MLContext().Alignment.LoadPreferences(folder.File(name)).Preview();
        }
        new MLContext().Alignment.LoadPreferences(folder.Write("a.csv", "prompt,chosen,rejected\np,c,r\n")).Preview();
        foreach (string handler in Handlers().Except(before)) Console.WriteLine(handler);
        return 0;
    }

    private static string[] Handlers() =>
    [
        .. from type in new[] { typeof(AppContext), typeof(AppDomain), typeof(System.Runtime.Loader.AssemblyLoadContext) }
           from field in type.GetFields(BindingFlags.Static | BindingFlags.Instance | BindingFlags.NonPublic)
           where typeof(Delegate).IsAssignableFrom(field.FieldType)
           let value = (Delegate?)field.GetValue(field.IsStatic ? null : type == typeof(AppDomain) ? AppDomain.CurrentDomain
               : System.Runtime.Loader.AssemblyLoadContext.Default)
           where value is not null
           from handler in value.GetInvocationList()
           select $"{type.Name}.{field.Name}: {handler.Method.DeclaringType}.{handler.Method.Name}",
    ];
}
