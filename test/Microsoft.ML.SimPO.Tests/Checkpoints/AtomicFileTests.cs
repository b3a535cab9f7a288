namespace Microsoft.ML.SimPO.Checkpoints;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_is_written_and_replaced_and_nothing_stays_beside_it()
    {
        AtomicFile.Write(_folder.File("a.bin"), new byte[] { 1 });
        AtomicFile.Write(_folder.File("a.bin"), new byte[] { 2, 3 });
        Assert.Equal([2, 3], File.ReadAllBytes(_folder.File("a.bin")));
        Assert.Equal(["a.bin"], _folder.Names());
    }

    [Fact]
    public void When_writing_fails_the_old_file_is_still_there()
    {
        _folder.Write("a.bin", [1]);
        Assert.Equal("disk full", Assert.Throws<IOException>(() => AtomicFile.Write(_folder.File("a.bin"), stream =>
        {
            stream.Write([9, 9, 9]);
            throw new IOException("disk full");
        })).Message);
        Assert.Equal([1], File.ReadAllBytes(_folder.File("a.bin")));
        Assert.Equal(["a.bin"], _folder.Names());
    }

    [Fact]
    public void What_killed_processes_began_is_removed_when_it_is_old_and_nobodys()
    {
        string old = _folder.Write(".a.bin.1.new", [1]), young = _folder.Write(".a.bin.2.new", [1]), written = _folder.Write(".a.bin.3.new", [1]);
        string another = _folder.Write(".a.bin.b.4.new", [1]);
        foreach (string file in new[] { old, written, another }) File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-2));
        using (new FileStream(written, FileMode.Open, FileAccess.Write, FileShare.None)) AtomicFile.Write(_folder.File("a.bin"), new byte[] { 2 });
        Assert.Equal([".a.bin.2.new", ".a.bin.3.new", ".a.bin.b.4.new", "a.bin"], _folder.Names());
    }

    /// <summary>Bit 24 of the signals that the process ignores.</summary>
    [SkippableFact]
    public void The_signal_of_large_files_is_ignored_while_somebody_writes_and_no_longer()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Only Linux lists the signals that a process ignores.");
        static bool IsIgnored() => (Convert.ToInt64(
            File.ReadLines("/proc/self/status").Single(l => l.StartsWith("SigIgn:", StringComparison.Ordinal))[7..].Trim(), 16) >> 24 & 1) != 0;
        bool before = IsIgnored();
        AtomicFile.Write(_folder.File("a.bin"), _ =>
        {
            AtomicFile.Write(_folder.File("b.bin"), new byte[] { 1 });
            Assert.True(IsIgnored());
        });
        Assert.Equal(before, IsIgnored());
    }

    [Fact]
    public void While_it_is_written_the_old_file_is_what_others_see()
    {
        string path = _folder.Write("a.bin", [1]);
        AtomicFile.Write(path, stream =>
        {
            stream.Write([2]);
            Assert.Equal([1], File.ReadAllBytes(path));
        });
        Assert.Equal([2], File.ReadAllBytes(path));
    }
}
