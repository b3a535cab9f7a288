using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.ML.SimPO.Data;
using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Templates;
using Microsoft.ML.SimPO.Training.State;

namespace Microsoft.ML.SimPO.Checkpoints;

public sealed partial class RegularFileTests : IDisposable
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
        ModelFiles files = ModelFiles.Read(_folder.File("snapshot"));
        Assert.Equal(8, ModelConfig.Load(files).GetInt32("hidden_size"));
        using CheckpointReader reader = CheckpointReader.Open(files.Origin);
        Assert.Equal(4, reader.Tensors.Count);
        Assert.Equal(File.ReadAllBytes(_folder.File("blobs", "1")), files.Get("config.json"));
    }

    /// <summary>Each kind of file that the library opens, and what it says where that is none: a call that waited would end the test run.</summary>
    public static TheoryData<string, string, string> OpenedFiles()
    {
        var data = new TheoryData<string, string, string>();
        foreach (string kind in new[] { "pipe", "device" })
        {
            data.Add(kind, "config.json", "'{0}' is not valid JSON: ");
            data.Add(kind, "generation_config.json", "'{0}' is not valid JSON: ");
            data.Add(kind, "adapter_config.json", "'{0}' is not valid JSON: ");
            data.Add(kind, "model.safetensors", "'{0}': a safetensors file begins with 8 bytes for the length of its header, but this file has only 0.");
            data.Add(kind, "model.safetensors.index.json", "'{0}' is not valid JSON: ");
            data.Add(
                kind, "adapter_model.safetensors", "'{0}': a safetensors file begins with 8 bytes for the length of its header, but this file has only 0.");
            data.Add(kind, "tokenizer.json", "{0}: line 1, byte 0: not valid JSON.");
            data.Add(kind, "tokenizer.model", "{0}: ");
            data.Add(kind, "tokenizer_config.json", "'{0}' is not valid JSON: ");
            data.Add(kind, "special_tokens_map.json", "'{0}' is not valid JSON: ");
            data.Add(kind, "chat_template.jinja", "'{0}': the chat template is empty. Write it there, or remove the file.");
            data.Add(kind, "trainer_state.json", "'{0}' is damaged: ");
            data.Add(kind, "rows.jsonl", "rows.jsonl: expected rows, but the file is empty.");
        }
        return data;
    }

    [SkippableTheory]
    [MemberData(nameof(OpenedFiles))]
    public void A_pipe_or_an_endless_device_is_refused_at_once(string kind, string name, string message)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Made with the tools of Linux.");
        string path = _folder.File(name);
        if (kind == "device") File.CreateSymbolicLink(path, "/dev/zero");
        else Process.Start("mkfifo", [path]).WaitForExit();
        string folder = _folder.Path;
        if (name == "generation_config.json") _folder.Write("config.json", "{}");
        Action open = name switch
        {
            "config.json" => () => ModelConfig.Load(folder),
            "generation_config.json" => () => _ = new HubFolder(ModelFiles.Read(folder)),
            "adapter_config.json" => () => AdapterConfig.Load(folder),
            "model.safetensors" or "model.safetensors.index.json" => () => CheckpointReader.Open(folder),
            "adapter_model.safetensors" => () => AdapterFolder.OpenWeights(folder),
            "tokenizer.json" or "tokenizer.model" => () => HfTokenizer.Load(folder),
            "tokenizer_config.json" or "special_tokens_map.json" => () => SpecialTokens.Load(folder),
            "chat_template.jinja" => () => ChatTemplate.Load(folder),
            "trainer_state.json" => () => TrainingStateFile.Read(folder),
            "rows.jsonl" => () => Assert.Empty(PreferenceReader.Read(path)),
            _ => throw new ArgumentException($"Nothing opens {name}.", nameof(name)),
        };
        Assert.StartsWith(message.Replace("{0}", path, StringComparison.Ordinal), Assert.Throws<InvalidDataException>(open).Message, StringComparison.Ordinal);
    }

    /// <summary>So that a later reader goes through the check, too: where another call opens a file for reading, this names it.</summary>
    [Fact]
    public void Nothing_else_opens_a_file_for_reading()
    {
        string source = Path.Combine(Repository.Root, "src", "Microsoft.ML.SimPO");
        IEnumerable<string> found =
            from file in Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
            let name = Path.GetRelativePath(source, file).Replace('\\', '/')
            where !name.StartsWith("obj/", StringComparison.Ordinal) && !name.StartsWith("Native/", StringComparison.Ordinal)
                && name != "Checkpoints/RegularFile.cs"
            from line in File.ReadLines(file)
            where Opening().IsMatch(line)
            select $"{name}: {line.Trim()}";
        Assert.Empty(found.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(
        @"\bFile\.(ReadAll\w+|ReadLines\w*|OpenRead|OpenText|OpenHandle|Open)\(|FileMode\.Open,\s*FileAccess\.Read\b(?!Write)|new StreamReader\((path|file)")]
    private static partial Regex Opening();

    [SkippableFact]
    public unsafe void Offsets_beyond_four_gigabytes_are_exact()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Needs files that take no room where nothing was written.");
        const long Filler = 5L << 30;
        byte[] head = SafetensorsBytes.Of($$$"""{"a":{"dtype":"U8","shape":[{{{Filler}}}],"data_offsets":[0,{{{Filler}}}]},"b":{"dtype":"F32","shape":"""
            + $$$"""[2],"data_offsets":[{{{Filler}}},{{{Filler + 8}}}]}}""", 0);
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
