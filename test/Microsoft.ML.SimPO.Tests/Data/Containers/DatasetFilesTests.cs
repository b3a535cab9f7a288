using Microsoft.ML.SimPO.Data.Containers;

namespace Microsoft.ML.SimPO.Data;

public class DatasetFilesTests
{
    private const string Row = """{"prompt": "p", "chosen": "c", "rejected": "r"}""";

    [Theory]
    [InlineData("data/train_prefs-00000-of-00002.parquet", "train_prefs")]
    [InlineData("data/test-00000-of-00001-0123456789abcdef.parquet", "test")]
    [InlineData("Train.jsonl", "train")]
    [InlineData("train.jsonl.gz", "train")]
    [InlineData("default/test/0000.parquet", "test")]
    [InlineData("validation_3.json", "validation")]
    [InlineData("data-00000-of-00001.arrow", null)]
    [InlineData("training-data.csv", "training-data")]
    [InlineData("tested.csv", null)]
    public void A_split_is_told_by_the_names_of_file_and_folders(string name, string? split) => Assert.Equal(split, SplitNames.Of(name));

    [Fact]
    public void A_folder_gives_its_train_split_and_says_what_it_left_out()
    {
        using var folder = Folder("train.jsonl", "test.jsonl", "data/dev-00000-of-00001.jsonl", "README.md", ".hidden/train.jsonl", "dataset_info.json");
        Assert.Equal(["train.jsonl"], Find(folder, null, out string? info));
        Assert.Equal($"{Path.GetFileName(folder.Path)}: reads train (1 file); leaves out dev, test. To read another split, set `Split`.", info);
    }

    [Fact]
    public void Another_split_is_read_when_asked_for_by_name_or_beginning()
    {
        using var folder = Folder("train.jsonl", "test_a.jsonl", "test_b.jsonl");
        Assert.Equal(["test_b.jsonl"], Find(folder, "test_b", out _));
        Assert.Equal(["test_a.jsonl", "test_b.jsonl"], Find(folder, "test", out _));
        var thrown = Assert.Throws<InvalidDataException>(() => Find(folder, "dev", out _));
        Assert.Equal($"{Path.GetFileName(folder.Path)}: expected a split `dev`, but found test_a, test_b, train.", thrown.Message);
    }

    [Fact]
    public void Of_several_train_splits_the_one_with_preferences_is_read()
    {
        using var folder = Folder("train_gen.jsonl", "train_prefs-00000-of-00002.jsonl", "train_prefs-00001-of-00002.jsonl", "train_sft.jsonl");
        Assert.Equal(["train_prefs-00000-of-00002.jsonl", "train_prefs-00001-of-00002.jsonl"], Find(folder, null, out string? info));
        Assert.Equal(
            $"{Path.GetFileName(folder.Path)}: reads train_prefs (2 files); leaves out train_gen, train_sft. To read another split, set `Split`.", info);
    }

    [Fact]
    public void A_folder_without_splits_is_read_as_a_whole()
    {
        using var folder = Folder("b.jsonl", "a.jsonl");
        Assert.Equal(["a.jsonl", "b.jsonl"], Find(folder, null, out string? info));
        Assert.Null(info);
    }

    [Fact]
    public void A_folder_with_nothing_to_train_on_is_refused()
    {
        using var folder = Folder("test.jsonl");
        string name = Path.GetFileName(folder.Path);
        Assert.Equal($"{name}: expected a split whose name starts with `train`, but found test. Set `Split` to read one of them.",
            Assert.Throws<InvalidDataException>(() => Find(folder, null, out _)).Message);
        using var mixed = Folder("a.jsonl", "a.csv");
        Assert.Equal(
            $"{Path.GetFileName(mixed.Path)}: expected files of one container, but found .csv, .jsonl. Name the file to read, or a folder of one kind.",
            Assert.Throws<InvalidDataException>(() => Find(mixed, null, out _)).Message);
    }

    [Fact]
    public void Configurations_in_folders_of_their_own_are_read_together_and_named()
    {
        using var folder = Folder("de/train.jsonl", "en/train.jsonl");
        Assert.Equal(["de/train.jsonl", "en/train.jsonl"], Find(folder, null, out string? info));
        Assert.Equal($"{Path.GetFileName(folder.Path)}: reads the files of 2 folders together: de, en. To read one of them, name it.", info);
    }

    [Theory]
    [InlineData("orders-train.jsonl", "orders-test.jsonl", "test")]
    [InlineData("demo.train.jsonl", "demo.test.jsonl", "test")]
    [InlineData("ultra_train_prefs.jsonl", "ultra_test_prefs.jsonl", "test_prefs")]
    [InlineData("split=train/part-0.jsonl", "split=validation/part-0.jsonl", "validation")]
    [InlineData("pairs.jsonl", "pairs_dev.jsonl", "dev")]
    public void A_test_set_is_left_out_wherever_its_name_says_so(string train, string test, string left)
    {
        using var folder = Folder(train, test);
        Assert.Equal([train], Find(folder, null, out string? info));
        string read = train == "pairs.jsonl" ? "the files without a split's name" : train.StartsWith("ultra", StringComparison.Ordinal) ? "train_prefs" : "train";
        Assert.Equal($"{Path.GetFileName(folder.Path)}: reads {read} (1 file); leaves out {left}. To read another split, set `Split`.", info);
    }

    [Fact]
    public void What_jobs_leave_behind_is_no_data()
    {
        using var folder = Folder("part-0.jsonl", "_SUCCESS", "_delta_log/00000.json", "_temporary/0/part-1.jsonl", ".part-0.jsonl.crc", "._part-0.jsonl", "_committed_1.json");
        Assert.Equal(["part-0.jsonl"], Find(folder, null, out string? info));
        Assert.Null(info);
    }

    [Fact]
    public void Folders_of_other_keys_are_parts_of_one_data_set()
    {
        using var folder = Folder("lang=de/part-0.jsonl", "lang=en/part-0.jsonl");
        Assert.Equal(["lang=de/part-0.jsonl", "lang=en/part-0.jsonl"], Find(folder, null, out string? info));
        Assert.Equal($"{Path.GetFileName(folder.Path)}: reads the files of 2 folders together: lang=de, lang=en. To read one of them, name it.", info);
    }

    [Fact]
    public void Compressed_files_beside_plain_ones_are_of_one_kind()
    {
        using var folder = Folder("a.jsonl", "b.jsonl.gz", "c.ndjson.zst", "d.jsonl.xz");
        Assert.Equal(["a.jsonl", "b.jsonl.gz", "c.ndjson.zst", "d.jsonl.xz"], Find(folder, null, out string? info));
        Assert.Null(info);
    }

    [Fact]
    public void A_compressed_copy_and_a_cache_are_not_read_beside_their_original()
    {
        using var folder = Folder("a.arrow", "cache-0123456789abcdef.arrow", "cache-0123456789abcdef_00000_of_00004.arrow", "tmpab12cd_.arrow");
        Assert.Equal(["a.arrow"], Find(folder, null, out string? info));
        Assert.Equal(
            $"{Path.GetFileName(folder.Path)}: leaves out cache-0123456789abcdef.arrow, cache-0123456789abcdef_00000_of_00004.arrow, tmpab12cd_.arrow, copies of what stands beside them.",
            info);
        using var copies = Folder("a.jsonl", "a.jsonl.gz");
        Assert.Equal(["a.jsonl"], Find(copies, null, out info));
        Assert.Equal($"{Path.GetFileName(copies.Path)}: leaves out a.jsonl.gz, copies of what stands beside them.", info);
    }

    private static TemporaryFolder Folder(params string[] names)
    {
        var folder = new TemporaryFolder();
        foreach (string name in names) folder.Write(name, Row);
        return folder;
    }

    private static string[] Find(TemporaryFolder folder, string? split, out string? info)
    {
        string? told = null;
        string[] names = DatasetFiles.Find(folder.Path, split, text => told = text).Select(file => file.Name).ToArray();
        info = told;
        return names;
    }
}
