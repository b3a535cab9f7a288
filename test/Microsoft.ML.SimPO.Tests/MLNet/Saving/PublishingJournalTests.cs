using System.Text.Json;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>
/// What killed writers leave is brought to its end by the next who loads. A stranger's folder may hold what looks like it: nothing is removed or moved that is
/// not such a writer's.
/// </summary>
public sealed class PublishingJournalTests : IDisposable
{
    private const string Stem = "0123456789abcdef";

    private readonly TempFolder _folder = new();

    private string Zip => _folder.File("stranger", "m.zip");

    private string Mine => _folder.File("mine");

    public void Dispose() => _folder.Dispose();

    /// <summary>A writer that was killed before the file was renamed: the folder that it made goes, the old one stays.</summary>
    [Fact]
    public void A_journal_of_a_killed_writer_is_brought_to_its_end()
    {
        Prepare(isPublished: false, "weights", $".weights.{Stem}.new");
        _folder.Write("stranger/weights/model.safetensors", "old");
        _folder.Write($"stranger/.weights.{Stem}.new/model.safetensors", "new");
        PublishingJournal.Recover(Zip);
        Assert.Equal(["stranger/weights/model.safetensors"], Left());
    }

    /// <summary>Weights that a link leads to lie elsewhere; the mark in them names the journal.</summary>
    [SkippableFact]
    public void So_is_one_whose_weights_lie_behind_a_link()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        Prepare(isPublished: false, "../disk/weights", $"../disk/.weights.{Stem}.new");
        _folder.Write("disk/weights/model.safetensors", "new");
        _folder.Write($"disk/weights/.writing.{Stem}", $"1 elsewhere\n{Journal}");
        _folder.Write($"disk/.weights.{Stem}.new/model.safetensors", "old");
        PublishingJournal.Recover(Zip);
        Assert.Equal(["disk/weights/model.safetensors"], Left());
        Assert.Equal("old", File.ReadAllText(_folder.File("disk", "weights", "model.safetensors")));
    }

    [Theory]
    [InlineData("weights", "../mine")]
    [InlineData("../mine/a", "../mine")]
    [InlineData("../mine", "../mine")]
    [InlineData("../mine", "../.mine..new")]
    [InlineData("../mine", "../.mine.0123456789abcdef.new")]
    [InlineData("../mine", "../.mine.0123456789abcdef.old")]
    [InlineData("weights", "weights/.weights.0123456789abcdef.new/../../../mine")]
    [InlineData("/", "/.0123456789abcdef.new")]
    [InlineData("", "")]
    [InlineData("\0", "mine")]
    public void What_a_strangers_journal_names_elsewhere_is_not_touched(string target, string staged)
    {
        foreach (bool isPublished in new[] { false, true })
        {
            _folder.Write("mine/thesis.tex", "years of work");
            _folder.Write("mine/config.json", "{}");
            _folder.Write($".mine.{Stem}.new/thesis.tex", "the same");
            _folder.Write($".mine.{Stem}.old/thesis.tex", "the same");
            string[] before = [.. Left().Where(f => !f.StartsWith("stranger", StringComparison.Ordinal))];
            Prepare(isPublished, target, staged);
            PublishingJournal.TryRecover(Zip);
            Assert.Equal(before, Left().Where(f => !f.StartsWith("stranger", StringComparison.Ordinal)));
        }
    }

    /// <summary>Beside a folder that says it was just published: the old one, whose files that are no model's would move over.</summary>
    [SkippableTheory]
    [InlineData(".model.0123456789abcdef.new")]
    [InlineData(".model.0123456789abcdef.old")]
    public void A_link_beside_a_strangers_model_is_not_followed(string name)
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        _folder.Write("mine/thesis.tex", "years of work");
        _folder.Write("stranger/model/config.json", "{}");
        Old(_folder.Write($"stranger/model/.writing.{Stem}", "1 elsewhere\n"));
        Directory.CreateSymbolicLink(_folder.File("stranger", name), Mine);
        AtomicFolder.Recover(_folder.File("stranger", "model"));
        Assert.Contains("mine/thesis.tex", Left());
        Assert.DoesNotContain("stranger/model/thesis.tex", Left());
    }

    /// <summary>A model that is missing, and beside it what says that it is to be put back.</summary>
    [SkippableFact]
    public void A_link_does_not_take_the_place_of_a_model_that_is_missing()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        _folder.Write("mine/thesis.tex", "years of work");
        Old(_folder.Write($"stranger/.model.{Stem}.new/.writing.{Stem}", "1 elsewhere\n"));
        Directory.CreateSymbolicLink(_folder.File("stranger", $".model.{Stem}.old"), Mine);
        AtomicFolder.Recover(_folder.File("stranger", "model"));
        Assert.False(Path.Exists(_folder.File("stranger", "model")));
    }

    /// <summary>To look whether somebody has it open, a mark is opened for writing, which does something with some devices.</summary>
    [SkippableFact]
    public void A_mark_that_is_a_link_is_none()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        string file = _folder.Write("mine/lock", "mine");
        Directory.CreateDirectory(_folder.File("stranger", "model"));
        File.CreateSymbolicLink(_folder.File("stranger", "model", $".writing.{Stem}"), file);
        Assert.Empty(WritingMark.Abandoned(_folder.File("stranger", "model")));
        Assert.Null(Leftovers.TryTake(_folder.File("stranger", "model", $".writing.{Stem}")));
    }

    private string Journal => _folder.File("stranger", $".m.zip.{Stem}.pending");

    private void Prepare(bool isPublished, string target, string staged)
    {
        _folder.Write($"stranger/.m.zip.{Stem}.pending", JsonSerializer.Serialize(new { Owner = "1 elsewhere", Folders = new[] { new[] { target, staged } } }));
        string pending = $"stranger/.m.zip.{Stem}.new";
        if (isPublished) File.Delete(_folder.File(pending.Split('/')));
        else _folder.Write(pending, "zip");
        Old(Journal);
    }

    /// <summary>Too old for its writer to be at work.</summary>
    private static void Old(string file) => File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-2));

    private string[] Left() => _folder.Names();
}
