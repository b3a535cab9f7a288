using System.Text;

namespace Microsoft.ML.SimPO.Checkpoints;

public sealed class LineFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("simpo-lines-").FullName;

    private string Target => Path.Combine(_folder, "lines.jsonl");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Lines_stay_and_the_beginning_of_one_is_cut_off()
    {
        using (var file = new LineFile(Target, 100))
        {
            Assert.Empty(file.Lines);
            file.Add("one"u8);
            file.Add("zwölf"u8);
        }
        File.AppendAllText(Target, "thr");
        using (var file = new LineFile(Target, 100))
        {
            Assert.Equal(["one", "zwölf"], file.Lines);
            file.Add("three"u8);
        }
        Assert.Equal("one\nzwölf\nthree\n", File.ReadAllText(Target, Encoding.UTF8));
    }

    [Fact]
    public void One_at_a_time_has_it()
    {
        using var file = new LineFile(Target, 100);
        Assert.Throws<IOException>(() => new LineFile(Target, 100));
        file.Add("one"u8);
        Assert.Throws<IOException>(() => new LineFile(Target, 100));
    }

    [Fact]
    public void What_is_no_such_file_stays_as_it_is()
    {
        File.WriteAllText(Target, new string('x', 101));
        Assert.Equal($"'{Target}' has 101 bytes; at most 100 are expected.", Assert.Throws<InvalidDataException>(() => new LineFile(Target, 100)).Message);
        Assert.Equal(101, new FileInfo(Target).Length);
        Assert.Equal(
            $"'{_folder}' is a folder, where a file is to be written. Give another name.",
            Assert.Throws<IOException>(() => new LineFile(_folder, 100)).Message);
    }
}
