using Xunit;

namespace Microsoft.ML.SimPO;

public sealed class RecipeNamesTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("recipe-names").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public void A_model_in_the_hubs_cache_is_the_snapshot_that_its_revision_names()
    {
        string snapshot = Make("hub", "models--mistralai--Mistral-7B-v0.1", "snapshots", "abc123");
        Write("abc123\n", "hub", "models--mistralai--Mistral-7B-v0.1", "refs", "main");
        Assert.Equal(snapshot, Names(("HF_HOME", _home)).Model("mistralai/Mistral-7B-v0.1", "main", []));
        Assert.Equal(snapshot, Names(("HF_HUB_CACHE", Path.Combine(_home, "hub"))).Model("mistralai/Mistral-7B-v0.1", "abc123", []));
        Assert.Equal(snapshot, Names(("HUGGINGFACE_HUB_CACHE", Path.Combine(_home, "hub"))).Model("mistralai/Mistral-7B-v0.1", "main", []));
    }

    [Fact]
    public void A_data_set_is_found_in_the_hubs_cache_and_in_that_of_datasets()
    {
        string snapshot = Make("hub", "datasets--a--b", "snapshots", "main");
        Assert.Equal(snapshot, Names(("HF_HOME", _home)).Dataset("a/b", []));
        string arrow = Make("arrow", "c___d");
        Assert.Equal(arrow, Names(("HF_HOME", _home), ("HF_DATASETS_CACHE", Path.Combine(_home, "arrow"))).Dataset("C/D", []));
    }

    [Fact]
    public void A_mapped_name_goes_where_the_map_says()
    {
        string folder = Make("own");
        List<string> faults = [];
        var names = new RecipeNames(new Dictionary<string, string> { ["a/b"] = folder, ["c/d"] = "/nowhere/at/all" }, _ => null);
        Assert.Equal(folder, names.Model("a/b", "main", faults));
        Assert.Empty(faults);
        names.Model("c/d", "main", faults);
        Assert.Equal(["The model 'c/d' is mapped to '/nowhere/at/all', which does not exist."], faults);
    }

    [Fact]
    public void What_is_nowhere_is_told_with_every_place_that_was_looked_at()
    {
        List<string> faults = [];
        Names(("HF_HOME", _home)).Dataset("x/y", faults);
        string hub = Path.Combine(_home, "hub"), own = Path.Combine(_home, "datasets");
        Assert.Equal(
            [
                $"The data set 'x/y' is nowhere: looked at '{Path.GetFullPath("x/y")}', '{Path.Combine(hub, "datasets--x--y", "snapshots", "main")}', "
                    + $"'{Path.Combine(hub, "x___y")}', '{Path.Combine(own, "datasets--x--y", "snapshots", "main")}', '{Path.Combine(own, "x___y")}'. "
                    + "Map its name to a folder, or download it: `simpo pull x/y --dataset`.",
            ],
            faults);
    }

    [Fact]
    public void What_cannot_be_the_name_of_a_file_is_told()
    {
        List<string> faults = [];
        Names(("HF_HOME", _home)).Dataset("x\0y", faults);
        Assert.Equal(["The data set 'x?y' is nowhere: no file has such a name."], faults);
    }

    [Theory]
    [InlineData("../../etc", "main")]
    [InlineData("a/b/c", "main")]
    [InlineData("a/b", "../../../secret")]
    public void No_name_leads_out_of_the_cache(string name, string revision)
    {
        Make("secret");
        Make("hub", "models--a--b", "snapshots");
        List<string> faults = [];
        Assert.Equal(name, Names(("HF_HOME", _home)).Model(name, revision, faults));
        Assert.Single(faults);
    }

    private static RecipeNames Names(params (string Name, string Value)[] variables) =>
        new(new Dictionary<string, string>(), name => variables.FirstOrDefault(v => v.Name == name).Value);

    private string Make(params string[] parts) => Directory.CreateDirectory(Path.Combine([_home, .. parts])).FullName;

    private void Write(string text, params string[] parts)
    {
        string path = Path.Combine([_home, .. parts]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
