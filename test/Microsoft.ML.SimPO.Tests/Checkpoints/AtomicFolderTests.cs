namespace Microsoft.ML.SimPO.Checkpoints;

public sealed class AtomicFolderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_new_folder_is_made_with_those_above_it()
    {
        Replace("x/y/z", "new");
        Assert.Equal(["x/y/z/model.bin"], _folder.Names());
    }

    [Fact]
    public void A_separator_at_the_end_of_the_name_does_not_matter()
    {
        AtomicFolder.Replace(
            _folder.File("out") + Path.DirectorySeparatorChar, "model", IsModel, folder => File.WriteAllText(Path.Combine(folder, "model.bin"), "new"));
        Assert.Equal(["out/model.bin"], _folder.Names());
    }

    [Fact]
    public void An_existing_folder_is_swapped_and_what_is_no_part_of_a_model_stays()
    {
        _folder.Write("out/model.bin", "old");
        _folder.Write("out/model.old", "old");
        _folder.Write("out/notes.txt", "mine");
        _folder.Write("out/runs/1/log.txt", "mine");
        Replace("out", "new");
        Assert.Equal(["out/model.bin", "out/notes.txt", "out/runs/1/log.txt"], _folder.Names());
        Assert.Equal("new", File.ReadAllText(_folder.File("out", "model.bin")));
    }

    [Fact]
    public void When_filling_fails_the_old_folder_is_as_it_was()
    {
        _folder.Write("out/model.bin", "old");
        Assert.Equal("disk full", Assert.Throws<IOException>(() => AtomicFolder.Replace(_folder.File("out"), "model", IsModel, folder =>
        {
            File.WriteAllText(Path.Combine(folder, "model.bin"), "half");
            throw new IOException("disk full");
        })).Message);
        Assert.Equal(["out/model.bin"], _folder.Names());
        Assert.Equal("old", File.ReadAllText(_folder.File("out", "model.bin")));
    }

    [Fact]
    public void When_filling_a_new_folder_fails_nothing_is_there()
    {
        Assert.Throws<OperationCanceledException>(
            () => AtomicFolder.Replace(_folder.File("out"), "model", IsModel, _ => throw new OperationCanceledException()));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void While_it_is_filled_the_old_folder_is_what_others_see()
    {
        string old = _folder.Write("out/model.bin", "old");
        AtomicFolder.Replace(_folder.File("out"), "model", IsModel, folder =>
        {
            Assert.Equal("old", File.ReadAllText(old));
            File.WriteAllText(Path.Combine(folder, "model.bin"), "new");
        });
        Assert.Equal("new", File.ReadAllText(old));
    }

    [Fact]
    public void What_a_killed_process_left_is_removed_and_what_another_still_writes_is_not()
    {
        string abandoned = _folder.Write(".out.1.new/.writing", "");
        string young = _folder.Write(".out.2.new/.writing", "");
        string writing = _folder.Write(".out.3.new/.writing", "");
        string renaming = _folder.Write(".out.4.new/model.bin", "whole");
        string another = _folder.Write(".other.5.new/.writing", "");
        foreach (string file in new[] { abandoned, writing, another }) File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-2));
        using (new FileStream(writing, FileMode.Open, FileAccess.Write, FileShare.None)) Replace("out", "new");
        Assert.Equal([another, young, writing, renaming, _folder.File("out", "model.bin")], _folder.Names().Select(n => _folder.File(n)));
    }

    /// <summary>The new model is in its place, with the mark of a process that is no more; what was there before lies hidden beside it, notes too.</summary>
    [Theory]
    [InlineData("new", true)]
    [InlineData("new", false)]
    [InlineData("old", true)]
    public void What_a_process_that_was_killed_after_the_swap_left_hidden_comes_back(string purpose, bool byReading)
    {
        _folder.Write("out/config.json", "new");
        _folder.Write("out/.writing.1", DeadOwner);
        _folder.Write($".out.1.{purpose}/config.json", "old");
        _folder.Write($".out.1.{purpose}/model-00001-of-00002.safetensors", "old");
        _folder.Write($".out.1.{purpose}/notes.txt", "mine");
        _folder.Write($".out.1.{purpose}/runs/1/log.txt", "mine");
        if (byReading) AtomicFolder.Recover(_folder.File("out"));
        else AtomicFolder.Replace(_folder.File("out"), "model", ModelFile.IsOfModel, folder => File.WriteAllText(Path.Combine(folder, "config.json"), "new"));
        Assert.Equal(["out/config.json", "out/notes.txt", "out/runs/1/log.txt"], _folder.Names());
        Assert.Equal("new", File.ReadAllText(_folder.File("out", "config.json")));
    }

    /// <summary>Where a system cannot swap two folders there are two renames.</summary>
    [Fact]
    public void What_a_process_that_was_killed_between_two_renames_left_is_in_its_place_again()
    {
        _folder.Write(".out.1.old/model.bin", "old");
        _folder.Write(".out.1.new/model.bin", "new");
        _folder.Write(".out.1.new/.writing.1", DeadOwner);
        AtomicFolder.Recover(_folder.File("out"));
        Assert.Equal("old", File.ReadAllText(_folder.File("out", "model.bin")));
        Replace("out", "newer");
        Assert.Equal(["out/model.bin"], _folder.Names());
    }

    [Fact]
    public void What_a_process_that_is_no_more_began_is_removed_at_once_and_what_one_of_another_machine_began_after_an_hour()
    {
        _folder.Write(".out.1.new/.writing.1", DeadOwner);
        string other = _folder.Write(".out.2.new/.writing.2", "1 another-machine\n");
        Replace("out", "new");
        Assert.Equal([".out.2.new/.writing.2", "out/model.bin"], _folder.Names());
        File.SetLastWriteTimeUtc(other, DateTime.UtcNow.AddHours(-2));
        Replace("out", "new");
        Assert.Equal(["out/model.bin"], _folder.Names());
    }

    [SkippableFact]
    public void Two_that_write_the_same_folder_at_once_leave_one_whole()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows cannot swap two folders in one step.");
        Parallel.For(0, 8, i => AtomicFolder.Replace(_folder.File("out"), "model", IsModel, folder =>
        {
            File.WriteAllText(Path.Combine(folder, "model.a"), $"{i}");
            File.WriteAllText(Path.Combine(folder, "model.b"), $"{i}");
        }));
        Assert.Equal(["out/model.a", "out/model.b"], _folder.Names());
        Assert.Equal(File.ReadAllText(_folder.File("out", "model.a")), File.ReadAllText(_folder.File("out", "model.b")));
    }

    [SkippableFact]
    public void Several_that_write_at_once_clear_away_together_what_killed_processes_left()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows cannot swap two folders in one step.");
        for (int i = 0; i < 50; i++) _folder.Write($".out.{i}.new/.writing.{i}", DeadOwner);
        Parallel.For(0, 4, i => Replace("out", $"{i}"));
        Assert.Equal(["out/model.bin"], _folder.Names());
    }

    /// <summary>So it is on a disk that knows no locks, and on Windows from before a folder is renamed.</summary>
    [SkippableFact]
    public void A_writer_of_the_same_process_is_left_alone_though_its_mark_is_not_locked()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows does not remove a file that is open.");
        AtomicFolder.Replace(_folder.File("out"), "model", IsModel, folder =>
        {
            string mark = Directory.GetFiles(folder, ".writing*").Single();
            File.Delete(mark);
            File.WriteAllText(mark, $"{Environment.ProcessId} {Environment.MachineName}\n");
            File.SetLastWriteTimeUtc(mark, DateTime.UtcNow.AddHours(-2));
            Replace("out", "another's");
            File.WriteAllText(Path.Combine(folder, "model.bin"), "own");
        });
        Assert.Equal(["out/model.bin"], _folder.Names());
        Assert.Equal("own", File.ReadAllText(_folder.File("out", "model.bin")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Who_takes_a_folder_back_leaves_what_another_has_published_since(bool wasThere)
    {
        string[] notes = wasThere ? ["out/notes.txt"] : [];
        if (wasThere)
            foreach (string file in notes.Append("out/model.bin")) _folder.Write(file, "old");
        using FolderReplacement first = AtomicFolder.Prepare(
            _folder.File("out"), "model", IsModel, folder => File.WriteAllText(Path.Combine(folder, "model.bin"), "first"));
        first.Complete();
        first.Publish();
        Replace("out", "second");
        first.TakeBack();
        Assert.Equal(["out/model.bin", .. notes], _folder.Names());
        Assert.Equal("second", File.ReadAllText(_folder.File("out", "model.bin")));
    }

    [Fact]
    public void A_folder_of_something_else_is_not_replaced()
    {
        _folder.Write("out/thesis.tex", "years of work");
        string message = Assert.Throws<IOException>(() => Replace("out", "new")).Message;
        Assert.Equal($"The folder '{_folder.File("out")}' is not empty and holds no model, but for example 'thesis.tex'. Give a new or empty folder, or that "
            + "of another model.", message);
        Assert.Equal(["out/thesis.tex"], _folder.Names());
    }

    [Fact]
    public void An_empty_folder_is_filled()
    {
        Directory.CreateDirectory(_folder.File("out"));
        Replace("out", "new");
        Assert.Equal(["out/model.bin"], _folder.Names());
    }

    [Fact]
    public void A_file_in_the_place_of_the_folder_is_an_error()
    {
        string path = _folder.Write("out", "file");
        Assert.Equal(
            $"'{path}' is a file; a folder is to be written there. Give another name.", Assert.Throws<IOException>(() => Replace("out", "new")).Message);
    }

    [SkippableFact]
    public void A_link_to_a_folder_stays_a_link()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        _folder.Write("real/model.bin", "old");
        Directory.CreateSymbolicLink(_folder.File("out"), _folder.File("real"));
        Replace("out", "new");
        Assert.Equal(_folder.File("real"), new DirectoryInfo(_folder.File("out")).LinkTarget);
        Assert.Equal("new", File.ReadAllText(_folder.File("real", "model.bin")));
    }

    [SkippableFact]
    public void The_permissions_of_the_old_folder_are_kept()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no such permissions.");
        if (OperatingSystem.IsWindows()) return;
        _folder.Write("out/model.bin", "old");
        File.SetUnixFileMode(_folder.File("out"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Replace("out", "new");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder.File("out")));
    }

    /// <summary>Numbers of processes go to 4,194,304.</summary>
    private static string DeadOwner => $"4999999 {Environment.MachineName}\n";

    private static bool IsModel(string name) => name.StartsWith("model.", StringComparison.Ordinal);

    private void Replace(string target, string content) =>
        AtomicFolder.Replace(_folder.File(target.Split('/')), "model", IsModel, folder => File.WriteAllText(Path.Combine(folder, "model.bin"), content));
}
