using System.Text;

namespace Microsoft.ML.SimPO.Checkpoints;

public sealed class AdapterConfigTests : IDisposable
{
    private const string Minimal = "\"peft_type\":\"LORA\",\"r\":8,\"lora_alpha\":16,\"target_modules\":[\"q_proj\"]";

    private const string Remedy = " Merge the adapter into its model with PEFT (`merge_and_unload`), and use that.";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_least_that_PEFT_needs_is_enough()
    {
        AdapterConfig config = Load("{" + Minimal + "}");
        Assert.Equal((8, 16.0, false, 0.0, 2.0, null),
            (config.Rank, config.Alpha, config.RankStabilized, config.Dropout, config.ScalingOf("model.layers.0.self_attn.q_proj"), config.BaseModel));
        Assert.Equal(["q_proj"], config.Targets.Names);
        Assert.Empty(config.ModulesToSave);
    }

    [Fact]
    public void An_adapter_of_MLX_is_called_so()
    {
        string message = Assert.Throws<InvalidDataException>(
            () => Load("""{"fine_tune_type":"lora","num_layers":16,"lora_parameters":{"rank":8,"scale":20.0,"dropout":0.0}}""")).Message;
        Assert.Equal($"'{_folder.File("adapter_config.json")}' is of an adapter of MLX, whose names and layout are its own and not PEFT's. " +
            "Fuse it into its model with `mlx_lm.fuse`, and use the folder that this writes.", message);
    }

    [Fact]
    public void Rank_stabilised_scaling_divides_by_the_root_of_the_rank()
    {
        AdapterConfig config = Load("""{"peft_type":"LORA","r":4,"lora_alpha":8,"target_modules":"all-linear","use_rslora":true,"lora_dropout":"""
            + """0.05,"modules_to_save":["lm_head"],"base_model_name_or_path":"../base"}""");
        Assert.Equal((4.0, 0.05, "../base", true), (config.ScalingOf("lm_head"), config.Dropout, config.BaseModel, config.Targets.IsText));
        Assert.Equal(["lm_head"], config.ModulesToSave);
    }

    [Fact]
    public void What_would_change_results_is_refused_by_name_and_what_is_switched_off_is_not()
    {
        string off = ",\"bias\":\"none\",\"use_dora\":false,\"rank_pattern\":{},\"layers_to_transform\":null,\"exclude_modules\":[],\"init_lora_weights\":true,"
            + "\"megatron_core\":\"megatron.core\",\"qalora_group_size\":16";
        Assert.Equal(8, Load("{" + Minimal + off + "}").Rank);
        string message = Assert.Throws<InvalidDataException>(() => Load("{" + Minimal + ",\"bias\":\"some\","
            + "\"lora_bias\":true,\"init_lora_weights\":\"pissa_niter_4\",\"new_thing\":1}")).Message;
        Assert.Equal($"'{_folder.File("adapter_config.json")}': 4 faults." +
            "\n  field 'bias' is set to \"some\", which this library does not compute." + Remedy +
            "\n  field 'lora_bias' is set to true, which this library does not compute." + Remedy +
            "\n  field 'init_lora_weights' is set to \"pissa_niter_4\", which this library does not compute." + Remedy +
            "\n  field 'new_thing' is set to 1, which this library does not compute." + Remedy, message);
    }

    [Theory]
    [InlineData("""{"peft_type":"IA3"}""", "field 'peft_type' must be \"LORA\", but is \"IA3\".")]
    [InlineData("""{"r":8}""", "field 'peft_type' is missing; a text is expected.")]
    [InlineData("""{"peft_type":"LORA","bias":5}""", "field 'bias' is set to 5, which this library does not compute." + Remedy)]
    [InlineData("""{"peft_type":"LORA","r":0,"lora_alpha":16,"target_modules":["q"]}""", "field 'r' must be at least 1, but is 0.")]
    [InlineData("""{"peft_type":"LORA","r":8,"target_modules":["q"]}""", "field 'lora_alpha' is missing; a number is expected.")]
    [InlineData(
        """{"peft_type":"LORA","r":8,"lora_alpha":16}""", "field 'target_modules' is missing; a list of names, a pattern, or \"all-linear\" is expected.")]
    [InlineData("""{"peft_type":"LORA","r":8,"lora_alpha":16,"target_modules":"(q"}""",
        "field 'target_modules' must be a regular expression when it is a text, but is \"(q\".")]
    [InlineData(
        """{"peft_type":"LORA","r":8,"lora_alpha":16,"target_modules":["q"],"lora_dropout":2}""", "field 'lora_dropout' must be between 0 and 1, but is 2.")]
    [InlineData("""{"peft_type":"LORA","r":8,"lora_alpha":16,"target_modules":["q"],"rank_pattern":{"q":1.5}}""",
        "field 'rank_pattern' must be a whole number of at least 1 for each name, but is {\"q\":1.5}.")]
    [InlineData("""{"peft_type":"LORA","r":8,"lora_alpha":16,"target_modules":["q"],"alpha_pattern":{"q)":1}}""",
        "field 'alpha_pattern' must be regular expressions with a number each, but is {\"q)\":1}.")]
    [InlineData("""{"peft_type":"LORA","r":8,"lora_alpha":16,"target_modules":"q.*","layers_to_transform":[1]}""",
        "field 'layers_to_transform' must be absent where `target_modules` is a text, as PEFT has it, but is [1].")]
    [InlineData("""{"peft_type":"LORA","r":8,"lora_alpha":16,"target_modules":["q"],"exclude_modules":"(q"}""",
        "field 'exclude_modules' must be a regular expression when it is a text, but is \"(q\".")]
    public void A_wrong_field_is_named(string json, string fault) =>
        Assert.Equal($"'{_folder.File("adapter_config.json")}': {fault}", Assert.Throws<InvalidDataException>(() => Load(json)).Message);

    [Fact]
    public void What_is_written_reads_back_and_has_the_fields_of_PEFT()
    {
        var config = new AdapterConfig { Rank = 4, Alpha = 8, RankStabilized = true, Targets = AdapterTargets.ByName(["q_proj", "v_proj"]),
            ModulesToSave = ["lm_head"], BaseModel = "../base" };
        Assert.Equal(
            """
            {
              "alpha_pattern": {},
              "base_model_name_or_path": "../base",
              "bias": "none",
              "fan_in_fan_out": false,
              "inference_mode": true,
              "init_lora_weights": true,
              "lora_alpha": 8,
              "lora_dropout": 0,
              "modules_to_save": [
                "lm_head"
              ],
              "peft_type": "LORA",
              "r": 4,
              "rank_pattern": {},
              "target_modules": [
                "q_proj",
                "v_proj"
              ],
              "task_type": "CAUSAL_LM",
              "use_dora": false,
              "use_rslora": true
            }
            """, Encoding.UTF8.GetString(config.ToJson()));
        AdapterConfig back = Load(Encoding.UTF8.GetString(config.ToJson()));
        Assert.Equal((4, 8.0, true, "../base"), (back.Rank, back.Alpha, back.RankStabilized, back.BaseModel));
        Assert.Equal((string[])["q_proj", "v_proj"], back.Targets.Names);
    }

    [Fact]
    public void Single_layers_have_ranks_and_alphas_of_their_own_by_the_first_key_that_matches()
    {
        AdapterConfig config = Load("{" + Minimal +
            """,  "rank_pattern":{"layers.1.self_attn.q_proj":2,"q_proj":4,"(k|v)_proj":16},"alpha_pattern":{".*\\.0\\.mlp\\..*":3}}""");
        Assert.Equal((2, 8.0), (config.RankOf("model.layers.1.self_attn.q_proj"), config.ScalingOf("model.layers.1.self_attn.q_proj")));
        Assert.Equal((4, 4.0), (config.RankOf("model.layers.11.self_attn.q_proj"), config.ScalingOf("model.layers.11.self_attn.q_proj")));
        Assert.Equal((16, 8), (config.RankOf("model.layers.0.self_attn.v_proj"), config.RankOf("model.layers.0.self_attn.o_proj")));
        Assert.Equal((3.0 / 8, 2.0), (config.ScalingOf("model.layers.0.mlp.up_proj"), config.ScalingOf("model.layers.1.mlp.up_proj")));
        AdapterConfig back = Load(Encoding.UTF8.GetString(config.ToJson()));
        Assert.Equal(config.RankPattern.Entries, back.RankPattern.Entries);
        Assert.Equal(config.AlphaPattern.Entries, back.AlphaPattern.Entries);
    }

    [Fact]
    public void Layers_and_exceptions_narrow_the_targets_and_read_back()
    {
        string[] layers =
            ["model.layers.0.self_attn.q_proj", "model.layers.1.self_attn.q_proj", "model.layers.2.self_attn.q_proj", "model.layers.2.self_attn.o_proj"];
        AdapterConfig config = Load("""{"peft_type":"LORA","r":8,"lora_alpha":16,"target_modules":["q_proj","o_proj"],"layers_to_transform":[1,"""
            + """2],"layers_pattern":"layers","exclude_modules":["self_attn.o_proj"],"fan_in_fan_out":true}""");
        Assert.Equal(layers[1..3], config.Targets.Select(layers));
        AdapterConfig back = Load(Encoding.UTF8.GetString(config.ToJson()));
        Assert.Equal(layers[1..3], back.Targets.Select(layers));
        Assert.Equal([layers[3]],
            Load("""{"peft_type":"LORA","r":8,"lora_alpha":16,"target_modules":"all-linear","exclude_modules":".*q_proj"}""").Targets.Select(layers));
        Assert.Equal(
            [layers[2]], Load("""{"peft_type":"LORA","r":8,"lora_alpha":16,"target_modules":["q_proj"],"layers_to_transform":2}""").Targets.Select(layers));
        Assert.Throws<InvalidDataException>(() => Load("""{"peft_type":"LORA","r":8,"lora_alpha":16,"target_modules":["q_proj"],"layers_to_transform":"""
            + """[2],"layers_pattern":["h"]}""").Targets.Select(layers));
    }

    [Fact]
    public void An_adapter_is_written_as_two_files_and_not_into_a_model()
    {
        var config = new AdapterConfig { Rank = 1, Alpha = 1, Targets = AdapterTargets.Parse("all-linear") };
        TensorSource[] tensors = [new(AdapterNames.A("l"), [1, 2], s => s.Write([1f, 2f])), new(AdapterNames.B("l"), [3, 1], s => s.Write([3f, 4f, 5f]))];
        _folder.Write("out/adapter_model.bin", "old");
        _folder.Write("out/notes.md", "mine");
        AdapterFolder.Write(_folder.File("out"), config, tensors);
        Assert.Equal(["out/adapter_config.json", "out/adapter_model.safetensors", "out/notes.md"], _folder.Names());
        using CheckpointReader reader = AdapterFolder.OpenWeights(_folder.File("out"));
        Dictionary<string, long[]> expected =
            AdapterNames.Expected(config, new Dictionary<string, (int, long[])> { ["l"] = (config.Rank, [3, 2]) }, new Dictionary<string, long[]>());
        Assert.Empty(reader.Check(expected));
        Assert.Equal([1f, 2f], reader.ReadFloat32("base_model.model.l.lora_A.weight"));

        _folder.Write("model/config.json", "{}");
        Assert.Equal($"The folder '{_folder.File("model")}' holds a model. Write the adapter to another: readers take a folder for one or the other.",
            Assert.Throws<IOException>(() => AdapterFolder.Write(_folder.File("model"), config, tensors)).Message);
    }

    [Fact]
    public void A_base_whose_name_no_file_has_is_none() => Assert.Null(AdapterFolder.FindBase(_folder.Path, "a\0b"));

    [Fact]
    public void Missing_files_are_named()
    {
        Assert.Equal($"The adapter folder '{_folder.File("none")}' does not exist.",
            Assert.Throws<DirectoryNotFoundException>(() => AdapterConfig.Load(_folder.File("none"))).Message);
        Assert.Equal(
            $"'{_folder.File("adapter_config.json")}' does not exist. The folder of an adapter in PEFT layout has it, and the adapter's weights.",
            Assert.Throws<FileNotFoundException>(() => AdapterConfig.Load(_folder.Path)).Message);
        _folder.Write("adapter_model.bin", "pickle");
        Assert.Contains("are pickled (adapter_model.bin)", Assert.Throws<FileNotFoundException>(() => AdapterFolder.OpenWeights(_folder.Path)).Message,
            StringComparison.Ordinal);
    }

    private AdapterConfig Load(string json)
    {
        _folder.Write("adapter_config.json", json);
        return AdapterConfig.Load(_folder.Path);
    }
}
