using System.Globalization;
using System.Text;

namespace Microsoft.ML.SimPO;

/// <summary>The programs of the documentation, each in a process of its own: they name files without a folder, so theirs is its current one.</summary>
internal static class GuideProgram
{
    /// <summary>Set for the child: which program.</summary>
    public const string Variable = "SIMPO_GUIDE_PROGRAM";

    private static readonly Dictionary<string, Func<Task>> Programs = new()
    {
        ["readme"] = At(ReadmeProgram.Run),
        ["data"] = At(DataGuideTests.RunAndCheck),
        ["evaluate"] = At(EvaluateGuide.Run),
        ["fit"] = At(FitGuide.Run),
        ["generate"] = GenerateGuide.Run,
        ["lora"] = At(LoraGuide.Run),
        ["methods"] = At(MethodsGuide.Run),
        ["recipes"] = At(RecipesGuide.Run),
        ["runs"] = At(RunsGuide.Run),
        ["save"] = At(SaveGuide.Run),
        ["select"] = At(SelectGuide.Run),
        ["serve"] = At(ServeGuide.Run),
        ["trust"] = At(TrustGuide.Run),
    };

    /// <param name="name">The program.</param>
    /// <param name="folder">Where its files are.</param>
    /// <returns>What it prints.</returns>
    public static string Run(string name, string folder) => HookedProcess.Run(Variable, name, folder).ReplaceLineEndings("\n");

    /// <summary>In the child.</summary>
    /// <returns>The exit code.</returns>
    public static int Start(string name)
    {
        Console.OutputEncoding = Encoding.UTF8;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        Programs[name]().GetAwaiter().GetResult();
        return 0;
    }

    private static Func<Task> At(Action program) => () =>
    {
        program();
        return Task.CompletedTask;
    };
}
