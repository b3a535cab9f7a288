using System.Globalization;
using Microsoft.ML.SimPO.Native;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>The weights of a model or of an adapter: names, shapes, and reading them as float32 into memory of the caller's.</summary>
/// <param name="path">What it is called in messages: the full path of the folder or file.</param>
/// <param name="tensors">Every tensor by name.</param>
internal abstract class Checkpoint(string path, IReadOnlyDictionary<string, TensorEntry> tensors) : IDisposable
{
    /// <summary>The full path of the folder or file that was opened.</summary>
    public string Path { get; } = path;

    /// <summary>Every tensor by name.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors { get; } = tensors;

    /// <summary>Compares the checkpoint with what a model needs.</summary>
    /// <param name="expected">Shape by name.</param>
    /// <returns>The names that the checkpoint has and <paramref name="expected"/> has not, sorted: the caller knows which of them are harmless.</returns>
    /// <exception cref="InvalidDataException">Tensors are missing, have another shape, or a type that is no floating-point number; all are named.</exception>
    public IReadOnlyList<string> Check(IReadOnlyDictionary<string, long[]> expected)
    {
        var faults = new Faults($"'{Path}'", listed: 200);
        if (RunFolders.Diagnose(Tensors, expected) is { } diagnosis) faults.Add(diagnosis);
        foreach ((string name, long[] shape) in expected)
        {
            if (!Tensors.TryGetValue(name, out TensorEntry? entry))
                faults.Add($"Tensor {Called(name)} is missing; expected shape {Faults.Describe(shape)}.");
            else if (!entry.Shape.AsSpan().SequenceEqual(shape))
                faults.Add($"Tensor {Called(name)} has shape {Faults.Describe(entry.Shape)}; expected {Faults.Describe(shape)}.");
            else if (!entry.Type.ConvertsToFloat32)
                faults.Add($"Tensor {Called(name)} is {entry.Type.HeaderName}; expected F32, BF16, F16 or F64. Quantised checkpoints cannot be tuned.");
        }
        faults.ThrowIfAny();
        return [.. Tensors.Keys.Where(name => !expected.ContainsKey(name)).Order(StringComparer.Ordinal)];
    }

    /// <summary>A file of holes is as long as one likes: what is longer than all memory would end the process while it is read.</summary>
    /// <exception cref="NotSupportedException">Tensors of these shapes take more memory as float32 than there is.</exception>
    public void CheckMemory(IEnumerable<long[]> shapes)
    {
        const double giga = 1L << 30;
        double bytes = shapes.Sum(shape => shape.Aggregate((double)sizeof(float), (product, size) => product * size));
        if (bytes <= MachineMemory.Most) return;
        throw new NotSupportedException(string.Create(CultureInfo.InvariantCulture,
            $"The weights in '{Path}' take {bytes / giga:F1} GiB as float32, but this process may have {MachineMemory.Most / giga:F1} GiB at most. ")
            + "Use a machine with more memory, or a smaller model.");
    }

    /// <summary>Reads tensors as float32.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing, has another number of elements, or a type that does not convert; all are named.</exception>
    public void ReadFloat32(IReadOnlyList<TensorTarget> targets, CancellationToken cancellationToken = default) => Read(Resolve(targets), cancellationToken);

    public abstract void Dispose();

    /// <summary>What a tensor is called in messages.</summary>
    private protected virtual string Called(string name) => Faults.Quote(name);

    protected TensorEntry Find(string name) =>
        Tensors.TryGetValue(name, out TensorEntry? entry) ? entry : throw new InvalidDataException($"'{Path}' holds no tensor {Called(name)}.");

    private protected abstract void Read(List<(TensorEntry Entry, TensorTarget Target)> tensors, CancellationToken cancellationToken);

    private List<(TensorEntry, TensorTarget)> Resolve(IReadOnlyList<TensorTarget> targets)
    {
        var faults = new Faults($"'{Path}'");
        var tensors = new List<(TensorEntry, TensorTarget)>(targets.Count);
        foreach (TensorTarget target in targets)
        {
            if (!Tensors.TryGetValue(target.Name, out TensorEntry? entry))
                faults.Add($"Tensor {Called(target.Name)} is missing.");
            else if (entry.Count != target.Count)
                faults.Add(string.Create(CultureInfo.InvariantCulture,
                    $"Tensor {Called(target.Name)} has {entry.Count} elements, shape {Faults.Describe(entry.Shape)}; {target.Count} were expected."));
            else if (!entry.Type.ConvertsToFloat32)
                faults.Add($"Tensor {Called(target.Name)} is {entry.Type.HeaderName}; expected F32, BF16, F16 or F64.");
            else tensors.Add((entry, target));
        }
        faults.ThrowIfAny();
        return tensors;
    }
}
