using System.Text;
using Xunit.Abstractions;

namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>Damaged indices and configurations are either refused with <see cref="InvalidDataException"/> or read as what they say.</summary>
public sealed class JsonFilesFuzzTests(ITestOutputHelper output) : IDisposable
{
    private static readonly string[] Pieces =
        ["{", "}", "[", "]", "\"", ",", ":", "-", "1e99", "null", "true", "\\", "\\ud800", "\0", "\u00e9", "[[[[[[[[", "{\"a\":", "99999999999", ".", "/"];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Hundreds_of_damaged_files_of_each_kind_never_crash() => Run(seed: 3, count: 300);

    [Fact]
    [Trait("Category", "Long")]
    public void Thousands_of_damaged_files_of_each_kind_never_crash() => Run(seed: 4, count: 5_000);

    private void Run(int seed, int count)
    {
        SafetensorsWriter.Write(
            _folder.File("m-1.safetensors"), [new("a", [1], s => s.Write([1f])), new("b", [1], s => s.Write([1f]))], CheckpointType.Float32);
        var random = new Random(seed);
        Fuzz(
            random, count, "model.safetensors.index.json", """{"metadata":{"total_size":8},"weight_map":{"a":"m-1.safetensors","b":"m-1.safetensors"}}""", () =>
        {
            using CheckpointReader reader = CheckpointReader.Open(_folder.Path);
            Assert.Equal(2, reader.Tensors.Count);
        });
        Fuzz(random, count, "adapter_config.json",
            """{"peft_type":"LORA","r":8,"lora_alpha":16,"target_modules":["q_proj","v_proj"],"modules_to_save":null,"bias":"none","rank_pattern":{}}""", () =>
            AdapterConfig.Load(_folder.Path).Targets.Select(["model.q_proj", "model.v_proj"]));
        Fuzz(random, count, "config.json",
            """{"hidden_size":8,"eos_token_id":[1,2],"rope_scaling":{"factor":8.0,"type":"x"},"torch_dtype":"float16","tie":true}""", () =>
        {
            var hub = new HubFolder(ModelFiles.Read(_folder.Path));
            _ = hub.EosTokenIds.Count + hub.Config.FieldNames.Count() + hub.Config.GetInt32("hidden_size")
                + (hub.Config.GetOrNull("rope_scaling")?.GetDouble("factor", 1) ?? 0);
            byte[] changed = ConfigRewriter.WithType(File.ReadAllBytes(_folder.File("config.json")), CheckpointType.Float32);
            _folder.Write("config.json", changed);
            Assert.Equal(hub.Config.FieldNames.Except(["dtype", "torch_dtype"])
                .Order(), ModelConfig.Load(_folder.Path).FieldNames.Except(["dtype", "torch_dtype"]).Order());
        });
    }

    private void Fuzz(Random random, int count, string name, string good, Action read)
    {
        int refused = 0;
        for (int i = 0; i < count; i++)
        {
            _folder.Write(name, Mutate(Encoding.UTF8.GetBytes(good), random));
            try
            {
                read();
            }
            catch (InvalidDataException e)
            {
                refused++;
                Assert.InRange(e.Message.Length, 20, 5_000);
            }
        }
        output.WriteLine($"damaged {name}: {refused} refused, {count - refused} read");
        Assert.InRange(refused, count / 3, count - 1);
    }

    private static byte[] Mutate(byte[] good, Random random)
    {
        List<byte> bytes = [.. good];
        for (int n = random.Next(1, 3); n > 0; n--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes.RemoveRange(at, Math.Min(random.Next(1, 10), bytes.Count - at)); break;
                case 2: bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)])); break;
                default: bytes.InsertRange(at, bytes.GetRange(random.Next(at + 1), Math.Min(12, bytes.Count - at))); break;
            }
            if (bytes.Count == 0) bytes.Add((byte)'{');
        }
        return [.. bytes];
    }
}
