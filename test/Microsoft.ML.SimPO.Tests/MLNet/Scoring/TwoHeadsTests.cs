using System.Buffers.Binary;
using System.Text.Json.Nodes;
using Microsoft.ML.Data;
using Microsoft.ML.SimPO.Checkpoints;

namespace Microsoft.ML.SimPO;

/// <summary>A checkpoint whose configuration ties the head to the embeddings and whose file holds a head all the same.</summary>
public sealed class TwoHeadsTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_head_of_other_values_beside_tied_embeddings_is_told_by_both_names_and_a_copy_is_no_news(bool isCopy)
    {
        using var folder = new TempFolder();
        QuickStartFiles.CopyModel(folder.Path);
        File.WriteAllBytes(folder.File("model.safetensors"), WithHead(File.ReadAllBytes(folder.File("model.safetensors")), isCopy));
        (float[] expected, _) = Score(QuickStartFiles.Model);
        (float[] scores, List<string> told) = Score(folder.Path);
        Assert.Equal(expected, scores); // the configuration counts
        Assert.Equal(!isCopy, told.Exists(line => line.Contains("lm_head.weight", StringComparison.Ordinal)
            && line.Contains("model.embed_tokens.weight", StringComparison.Ordinal)));
    }

    private static (float[] Scores, List<string> Warnings) Score(string model)
    {
        var context = new MLContext(1);
        List<string> warnings = [];
        context.Log += (_, e) =>
        {
            if (e.Kind == Runtime.ChannelMessageKind.Warning) warnings.Add(e.RawMessage);
        };
        using AlignmentTransformer transformer = context.Alignment.LoadModel(model);
        IDataView scored = transformer.Transform(context.Data.LoadFromEnumerable(QuickStartFiles.Pairs(2)));
        return ([.. scored.GetColumn<float>(scored.Schema["ChosenReward"])], warnings);
    }

    /// <summary>The file with a head behind its tensors: a copy of the embeddings, or one whose last row has other bytes.</summary>
    private static byte[] WithHead(byte[] file, bool isCopy)
    {
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        JsonObject header = JsonNode.Parse(file.AsSpan(8, length))!.AsObject();
        JsonObject embedding = header["model.embed_tokens.weight"]!.AsObject();
        int start = (int)embedding["data_offsets"]![0]!, end = (int)embedding["data_offsets"]![1]!;
        byte[] data = file[(8 + length)..], head = data[start..end];
        if (!isCopy) head.AsSpan(head.Length - 8, 8).Reverse();
        JsonObject added = embedding.DeepClone().AsObject();
        added["data_offsets"] = new JsonArray(data.Length, data.Length + head.Length);
        header["lm_head.weight"] = added;
        return SafetensorsBytes.Of(header.ToJsonString(), [.. data, .. head]);
    }
}
