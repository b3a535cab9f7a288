using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO.Parity;

/// <summary>The golden tests take shapes, names and numbers from the case, not from the project's own goldens: they hold for goldens in other shapes.</summary>
[Trait("Category", "Parity")]
public sealed class ReshapedGoldenTests : IDisposable
{
    private readonly TempFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Models_and_adapters_of_other_widths_ranks_and_numbers_of_texts_pass()
    {
        GoldenCase model = Case("models", "wide"), adapter = Case("models", "wide-lora");
        ReshapedModel.WriteModel(Own("models", "llama-gqa-untied"), model.Path);
        ReshapedModel.WriteAdapter(Own("models", "lora-llama"), adapter.Path, "../wide");
        var models = new ModelParityTests();
        models.Outputs_and_gradients_are_those_of_Hugging_Face(model);
        models.Outputs_and_gradients_are_those_of_Hugging_Face(adapter);
        var checkpoints = new CheckpointParityTests();
        checkpoints.A_checkpoint_holds_the_parameters_of_its_golden(model);
        checkpoints.A_checkpoint_written_again_is_the_same_file(model);
        var files = new AdapterFileParityTests();
        files.An_adapter_holds_what_its_configuration_says(adapter);
        files.An_adapter_written_again_is_the_same_file(adapter);
        var adapters = new AdapterParityTests();
        adapters.A_merged_checkpoint_has_the_weights_and_logits_of_PEFT(adapter);
        adapters.An_adapter_goes_through_the_decoder_byte_for_byte(adapter);
        adapters.An_adapter_that_does_not_fit_is_refused_with_all_its_faults(adapter);
        adapters.An_adapter_on_any_family_computes_what_its_merged_weights_do(model);
    }

    /// <summary>A wider model in a folder of another name; files of pairs that go on behind those of the run.</summary>
    [Fact]
    public void A_training_run_of_another_model_and_other_files_passes()
    {
        GoldenCase source = Own("training", "partial-micro-batch"), golden = Case("training", "run-7");
        ReshapedTraining.Write(source, golden);
        var tests = new TrainingParityTests();
        tests.A_run_follows_the_reference_trainer_step_by_step(golden);
        tests.The_estimator_follows_the_reference_trainer_from_texts_on(golden);
    }

    /// <summary>A root with nothing but every second pair: tokenizers and templates are those of other roots.</summary>
    [Fact]
    public void Preprocessing_whose_tokenizers_and_templates_lie_in_another_root_passes()
    {
        foreach (string file in new[] { "llama3-like.pairs", "llama3-like-64-40-keep_end", "trl-llama3-like.pairs", "trl-llama3-like-2048-1800-keep_end" })
            WriteHalf("preprocessing", file + ".jsonl.gz");
        var tests = new PreprocessingParityTests();
        tests.Every_pair_has_the_texts_of_the_reference(Case("preprocessing", "llama3-like.pairs.jsonl.gz"));
        tests.Every_pair_has_the_texts_of_the_reference(Case("preprocessing", "trl-llama3-like.pairs.jsonl.gz"));
        tests.Every_row_has_the_ids_of_the_reference(Case("preprocessing", "llama3-like-64-40-keep_end.jsonl.gz"));
        tests.The_default_is_that_of_TRL_up_to_the_end_of_the_turn(Case("preprocessing", "trl-llama3-like-2048-1800-keep_end.jsonl.gz"));
    }

    [Fact]
    public void A_tokenizer_with_few_vectors_passes()
    {
        GoldenCase source = Own("tokenizers", "llama2-legacy"), golden = Case("tokenizers", "few");
        Directory.CreateDirectory(golden.Path);
        foreach (string file in Directory.EnumerateFiles(source.Path)) File.Copy(file, golden.File(Path.GetFileName(file)));
        File.WriteAllLines(golden.File("vectors.jsonl"), GoldenFile.ReadLines(source.File("vectors.jsonl")).Take(3));
        var tests = new TokenizerParityTests();
        tests.Every_vector_is_reproduced(golden);
        tests.Every_vector_is_reproduced_from_the_SentencePiece_file_alone(golden);
    }

    private static GoldenCase Own(string kind, string name) => new(GoldenCases.OwnRoot, kind, name);

    private GoldenCase Case(string kind, string name) => new(_root.Path, kind, name);

    /// <summary>The rows whose index is odd.</summary>
    private void WriteHalf(string kind, string name)
    {
        Directory.CreateDirectory(_root.File(kind));
        using var reader = new StreamReader(new GZipStream(File.OpenRead(Own(kind, name).Path), CompressionMode.Decompress));
        using var writer = new StreamWriter(new GZipStream(File.Create(Case(kind, name).Path), CompressionMode.Compress), new UTF8Encoding(false));
        while (reader.ReadLine() is { Length: > 0 } line)
            if ((int)JsonNode.Parse(line)!["index"]! % 2 == 1) writer.Write(line + "\n");
    }
}
