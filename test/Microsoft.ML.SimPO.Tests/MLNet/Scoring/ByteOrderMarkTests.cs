using Microsoft.ML.Data;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>A model whose JSON files somebody saved with a byte order mark, as editors on Windows do.</summary>
public sealed class ByteOrderMarkTests
{
    [Fact]
    public void A_mark_before_each_file_of_a_model_changes_nothing()
    {
        using var folder = new TempFolder();
        QuickStartFiles.CopyModel(folder.Path);
        folder.Write("generation_config.json", """{"max_new_tokens":7}""");
        folder.Write("special_tokens_map.json", """{"eos_token":"<|eot_id|>"}""");
        (float[] Scores, GenerationOptions Generation) expected = Look(folder.Path);
        foreach (string file in Directory.GetFiles(folder.Path, "*.json")) File.WriteAllBytes(file, [0xEF, 0xBB, 0xBF, .. File.ReadAllBytes(file)]);
        (float[] Scores, GenerationOptions Generation) marked = Look(folder.Path);
        Assert.Equal(expected.Scores, marked.Scores);
        Assert.Equal((7, 7), (expected.Generation.MaxNewTokens, marked.Generation.MaxNewTokens));
    }

    private static (float[] Scores, GenerationOptions Generation) Look(string folder)
    {
        var context = new MLContext(1);
        using AlignmentTransformer model = context.Alignment.LoadModel(folder);
        IDataView scored = model.Transform(context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(2)));
        return ([.. scored.GetColumn<float>("ChosenReward")], model.SuggestedGeneration);
    }
}
