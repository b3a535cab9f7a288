namespace Microsoft.ML.SimPO;

/// <summary>What a file of <c>accelerate</c> says to a run: how many processes share a global batch.</summary>
internal static class AccelerateFile
{
    private const int MostProcesses = 1 << 16;

    /// <exception cref="InvalidDataException">It is no such file.</exception>
    public static int ReadProcesses(string path)
    {
        IReadOnlyList<(string Key, RecipeValue Value)> fields = RecipeFile.Load(path);
        RecipeValue? processes = fields.FirstOrDefault(f => f.Key == "num_processes").Value;
        if (processes is null)
            throw new InvalidDataException($"'{path}' has no `num_processes`. Name a file that `accelerate config` wrote.");
        if (processes.Number is >= 1 and <= MostProcesses and { } count && count == Math.Truncate(count)) return (int)count;
        throw new InvalidDataException($"'{path}', line {processes.Line}: `num_processes` must be a whole number from 1 to {MostProcesses}, but was "
            + $"'{processes.Text}'.");
    }
}
