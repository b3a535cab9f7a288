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
