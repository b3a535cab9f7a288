using System.Text;
using System.Text.Json.Nodes;

namespace Microsoft.ML.SimPO;

/// <summary>A model of 150,000 weights with every file that one of the hub has: campaigns load it thousands of times.</summary>
internal static class TinyModel
{
    public const string Weights = "model.safetensors", Config = "config.json";

    private const string Template = "{% for message in messages %}{% if loop.first %}{{ bos_token }}{% endif %}{{ message['role'] + ': ' }}"
        + "{{ message['content'] | trim + eos_token }}{% endfor %}{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}";

    /// <summary>Where a model with the same weights and fewer small files lies, not to be written to.</summary>
    public static string Folder { get; } = Repository.PathOf("test", "Microsoft.ML.SimPO.Tests", "Goldens", "training", "model");

    /// <summary>By their names.</summary>
    public static IReadOnlyDictionary<string, byte[]> Files { get; } = Read();

    /// <summary>Those without the weights.</summary>
    public static IReadOnlyList<string> SmallFiles { get; } = [.. Files.Keys.Where(f => f != Weights).Order(StringComparer.Ordinal)];

    /// <returns>The folder, which is made.</returns>
    public static string WriteTo(string folder)
    {
        Directory.CreateDirectory(folder);
        foreach ((string name, byte[] content) in Files) File.WriteAllBytes(Path.Combine(folder, name), content);
        return folder;
    }

    private static Dictionary<string, byte[]> Read()
    {
        var files = Directory.EnumerateFiles(Folder).ToDictionary(f => Path.GetFileName(f), File.ReadAllBytes, StringComparer.Ordinal);
        JsonNode configuration = JsonNode.Parse(files["tokenizer_config.json"])!;
        configuration["chat_template"] = Template;
        files["tokenizer_config.json"] = Encoding.UTF8.GetBytes(configuration.ToJsonString());
        files["generation_config.json"] = """{"bos_token_id":1,"eos_token_id":[2],"max_new_tokens":64,"pad_token_id":0}"""u8.ToArray();
        return files;
    }
}
