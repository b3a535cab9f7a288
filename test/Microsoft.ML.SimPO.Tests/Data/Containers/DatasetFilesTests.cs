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
        Assert.Equal($"{Path.GetFileName(folder.Path)}: reads train_prefs (2 files); leaves out train_gen, train_sft. To read another split, set `Split`.", info);
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
        Assert.Equal($"{name}: expected a split whose name starts with `train`, but found test. Set `Split` to read one of them.", Assert.Throws<InvalidDataException>(() => Find(folder, null, out _)).Message);
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
