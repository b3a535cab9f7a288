using System.Diagnostics;

namespace Microsoft.ML.SimPO.Checkpoints;

public sealed class RegularFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public void A_folder_of_links_as_the_hub_cache_has_it_reads_like_any_other()
    {
        Skip.If(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        _folder.Write("blobs/1", "{\"hidden_size\":" + new string(' ', 500) + "8}");
        _folder.Write("blobs/2", SafetensorsBytes.Good());
        Directory.CreateDirectory(_folder.File("snapshot"));
        File.CreateSymbolicLink(_folder.File("snapshot", "config.json"), "../blobs/1");
        File.CreateSymbolicLink(_folder.File("snapshot", "model.safetensors"), "../blobs/2");
        HubFolder hub = HubFolder.Open(_folder.File("snapshot"));
        Assert.Equal(8, hub.Config.GetInt32("hidden_size"));
        using CheckpointReader reader = hub.OpenWeights();
        Assert.Equal(4, reader.Tensors.Count);
        Assert.Equal(File.ReadAllBytes(_folder.File("blobs", "1")), ModelFile.KeptOf(_folder.File("snapshot"))[0].ReadAll());
    }

    [SkippableTheory]
    [InlineData("device")]
    [InlineData("pipe")]
    public void A_pipe_or_an_endless_device_is_refused_at_once(string kind)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Made with the tools of Linux.");
        foreach (string name in new[] { "config.json", "model.safetensors", "tokenizer.json" })
        {
            if (kind == "device") File.CreateSymbolicLink(_folder.File(name), "/dev/zero");
            else Process.Start("mkfifo", [_folder.File(name)]).WaitForExit();
        }
        Assert.StartsWith($"'{_folder.File("config.json")}' is not valid JSON: ", Assert.Throws<InvalidDataException>(() => ModelConfig.Load(_folder.Path)).Message, StringComparison.Ordinal);
        Assert.EndsWith("but this file has only 0.", Assert.Throws<InvalidDataException>(() => CheckpointReader.Open(_folder.Path)).Message, StringComparison.Ordinal);
        Assert.All(ModelFile.KeptOf(_folder.Path), file => Assert.Empty(file.ReadAll()));
    }

    [SkippableFact]
    public unsafe void Offsets_beyond_four_gigabytes_are_exact()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Needs files that take no room where nothing was written.");
        const long Filler = 5L << 30;
        byte[] head = SafetensorsBytes.Of($$$"""{"a":{"dtype":"U8","shape":[{{{Filler}}}],"data_offsets":[0,{{{Filler}}}]},"b":{"dtype":"F32","shape":[2],"data_offsets":[{{{Filler}}},{{{Filler + 8}}}]}}""", 0);
        string path = _folder.Write("large.safetensors", head);
        using (FileStream stream = File.OpenWrite(path))
        {
            stream.Position = head.Length + Filler;
            stream.Write([.. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(-2f)]);
        }
        using CheckpointReader reader = CheckpointReader.OpenFile(path);
        Assert.Equal(head.Length + Filler, reader.Tensors["b"].Offset);
        Assert.Equal([1.5f, -2f], reader.ReadFloat32("b"));
    }
}
