using Microsoft.ML.SimPO.Checkpoints;
using Microsoft.ML.SimPO.Models;
using Microsoft.ML.SimPO.Models.Parameters;
using Microsoft.ML.SimPO.Scoring;

namespace Microsoft.ML.SimPO;

/// <summary>
/// A saved model that is written beside its place, as are the folders of weights that it names: all take their places at the end, or none does. The file's
/// rename decides. A <see cref="PublishingJournal"/> says what there is to be done about the folders where a process is killed on the way.
/// </summary>
internal sealed class PendingModelFile : FileStream
{
    private readonly List<(string Target, LanguageModel Model, FolderReplacement Folder)> _weights = [];

    private bool _isHalfPublished;

    private PendingModelFile(string target)
        : base(AtomicFile.BesideName(target, "new"), FileMode.CreateNew, FileAccess.Write, FileShare.None) => Target = target;

    /// <summary>The full path of the place.</summary>
    public string Target { get; }

    /// <param name="path">The file; replaced if it exists. Its folder must exist.</param>
    /// <param name="write">Writes the content. When it throws, or what follows fails, file and folders are as they were.</param>
    /// <exception cref="IOException">The file or a folder cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        using IDisposable size = FileSizeSignal.MakeError();
        path = Path.GetFullPath(path);
        if (Directory.Exists(path)) throw new IOException($"'{path}' is a folder; the model is to be written to a file. Give another name.");
        PublishingJournal.Recover(path);
        AtomicFile.RemoveAbandoned(path);
        using var file = new PendingModelFile(path);
        try
        {
            write(file);
            file.Commit();
        }
        catch (Exception e) when (FileSizeSignal.IsCause(e))
        {
            throw FileSizeSignal.ErrorOf(e);
        }
    }

    /// <summary>The folder with the weights of a model, written beside its place; once where several transformers of the model are saved.</summary>
    /// <exception cref="InvalidOperationException">Another model's weights go to the same place.</exception>
    public FolderReplacement WeightsOf(LanguageModel model, Decoder decoder, string target)
    {
        (string Target, LanguageModel Model, FolderReplacement Folder) same = _weights.Find(w => w.Target == target);
        if (same.Folder is null)
        {
            string journal = PublishingJournal.PathFor(Target, Name);
            same = (target, model, new CheckpointWriter(model.Files).Prepare(target, ParameterSources.Base(decoder), journal));
            _weights.Add(same);
        }
        return same.Model == model ? same.Folder
            : throw new InvalidOperationException($"Two models of the pipeline have the same `ExternalWeights`, '{target}'. Give each a folder of its own.");
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing) return;
        if (!_isHalfPublished) File.Delete(Name);
        foreach ((_, _, FolderReplacement folder) in _weights) folder.Dispose();
    }

    private void Commit()
    {
        FileSystem.Flush(this);
        base.Dispose(true);
        foreach ((_, _, FolderReplacement folder) in _weights) folder.Complete();
        using PublishingJournal? journal =
            _weights.Count == 0 ? null : PublishingJournal.Begin(Target, Name, _weights.Select(w => (w.Folder.Target, w.Folder.Path)));
        Publish(journal);
        foreach ((_, _, FolderReplacement folder) in _weights) folder.RemoveOld();
        journal?.End();
    }

    /// <summary>Swaps the folders first: the file's rename, one step, decides.</summary>
    private void Publish(PublishingJournal? journal)
    {
        Stack<FolderReplacement> published = [];
        try
        {
            foreach ((_, _, FolderReplacement folder) in _weights)
            {
                folder.Publish();
                published.Push(folder);
            }
            if (!OperatingSystem.IsWindows() && File.Exists(Target)) File.SetUnixFileMode(Name, File.GetUnixFileMode(Target));
            File.Move(Name, Target, overwrite: true);
        }
        catch
        {
            _isHalfPublished = true; // where a folder cannot be taken back, file and journal stay for the next that can
            foreach (FolderReplacement folder in published) folder.TakeBack();
            _isHalfPublished = false;
            journal?.End();
            throw;
        }
        FileSystem.FlushFolder(Path.GetDirectoryName(Target)!);
    }
}
