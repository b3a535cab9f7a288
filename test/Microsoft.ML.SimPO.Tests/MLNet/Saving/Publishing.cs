using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Training.Session;

namespace Microsoft.ML.SimPO;

/// <summary>Publishes something over what is there, in a process of its own that may be killed on the way.</summary>
internal static class Publishing
{
    public const string Variable = "SIMPO_TEST_PUBLISHING";

    /// <summary>Of the file and of the folder's model that are published: twice as much as was there before.</summary>
    public const int NewLength = 200_000, OldLength = 100_000;

    /// <summary>A run keeps two checkpoints; the new ones are those of its last two steps.</summary>
    public const int OldStep = 4, NewStep = 6;

    /// <param name="what"><c>file</c>, <c>folder</c>, <c>pair</c> or <c>run</c>, a space and the folder that it happens in.</param>
    /// <returns>The exit code: 0 where it is done, 3 where it was refused as it should be.</returns>
    public static int Run(string what)
    {
        string[] parts = what.Split(' ', 2);
        try
        {
            switch (parts[0])
            {
                case "file":
                    AtomicFile.Write(Path.Combine(parts[1], "a.bin"), new byte[NewLength]);
                    break;
                case "folder":
                    WriteFolder(Path.Combine(parts[1], "model"), NewLength);
                    break;
                case "run":
                    using (SmallRun run = RunIn(Path.Combine(parts[1], "run"))) run.Run();
                    break;
                default:
                    var context = new MLContext(seed: 1);
                    var options = new ScoringOptions { Beta = 4, ExternalWeights = "weights" };
                    using (AlignmentTransformer model = context.Alignment.LoadModel(TinyModel.Folder, options))
                    {
                        model.Model.Decoder.FinalNorm.Weight!.Value.fill_(0.5f); // others than those that were there
                        context.Model.SaveAtomically(model, null, Path.Combine(parts[1], "m.zip"));
                    }
                    break;
            }
            return 0;
        }
        catch (IOException e)
        {
            Console.WriteLine(e.Message);
            return 3;
        }
    }

    /// <summary>A run that keeps the state after each step, and goes on from the newest that is there.</summary>
    public static SmallRun RunIn(string path)
    {
        var run = new SmallRun { Folder = path, Resumes = true };
        run.Settings = run.Settings with { SaveSteps = 1, SaveTotalLimit = 2 };
        return run;
    }

    /// <summary>A folder with what looks like a model of two files.</summary>
    public static void WriteFolder(string path, int length) => AtomicFolder.Replace(path, "model", ModelFile.IsOfModel, folder =>
    {
        File.WriteAllBytes(Path.Combine(folder, "config.json"), new byte[length]);
        File.WriteAllBytes(Path.Combine(folder, "model.safetensors"), new byte[length]);
    });
}
