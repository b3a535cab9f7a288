using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Scoring;

namespace Microsoft.ML.SimPO.Training.State;

/// <summary>The reference log-probabilities of a run in its folder, so that a run that goes on or is repeated does not compute them again.</summary>
internal static class ReferenceFile
{
    public const string Name = "reference_logps.bin";

    /// <param name="model">The fingerprint of the reference model.</param>
    /// <param name="unfit">Is told why a file that is there is not used.</param>
    /// <returns>An empty table where there is none that fits.</returns>
    public static ReferenceTable Read(string folder, string model, bool weighsTokens, Action<string> unfit)
    {
        string path = Path.Combine(folder, Name);
        try
        {
            if (!File.Exists(path)) return new ReferenceTable(model, weighsTokens);
            using Stream stream = RegularFile.OpenShared(path);
            ReferenceTable found = ReferenceTable.Read(stream, weighsTokens);
            if (found.Model == model) return found;
            unfit($"'{path}' is of another reference model, and is not used.");
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            unfit($"'{path}' is not used: {e.Message}");
        }
        return new ReferenceTable(model, weighsTokens);
    }

    /// <exception cref="IOException">It cannot be written; what was there is as before.</exception>
    public static void Write(string folder, ReferenceTable table) => AtomicFile.Write(Path.Combine(folder, Name), table.ToBytes());
}
