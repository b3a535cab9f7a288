namespace Microsoft.ML.SimPO.Data;

public class PreferenceReaderTests
{
    [Fact]
    public void Plain_rows_come_to_the_character_and_one_line_says_how_they_were_read()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("a.jsonl", """{"prompt": "Hi \n", "chosen": " 你好 🙂", "rejected": "no\t\"x\""}""" + "\n\n");
        var info = new List<string>();
        PreferenceRow row = Assert.Single(PreferenceReader.Read(path, null, info.Add));
        Assert.Equal(new PreferenceRow("Hi \n", " 你好 🙂", "no\t\"x\"", null, null), row);
        Assert.Equal(["a.jsonl: read as plain text (prompt `prompt`, chosen `chosen`, rejected `rejected`), recognised by its fields. To read it otherwise, set `Format` or `Columns`."], info);
    }

    [SkippableTheory]
    [InlineData("dpo_en_demo.json", 300)]
    public void Real_data_is_read_whole(string name, int rows)
    {
        string path = TestAssets.Data(name);
        var log = new DropLog();
        Assert.Equal(rows, PreferenceReader.ReadLocated(path, null, null, log).Count());
        Assert.Empty(log.Drops);
    }
}
