namespace Microsoft.ML.SimPO;

/// <summary>The program of docs/guides/trust.md, to the letter.</summary>
internal static class TrustGuide
{
    public static void Run()
    {
        Directory.CreateDirectory("downloaded");
        File.Copy(Path.Combine("model", "model.safetensors"), Path.Combine("downloaded", "model.safetensors"));
        File.WriteAllText(Path.Combine("downloaded", "config.json"), """{"model_type":"llama","num_hidden_layers":1000000}""");

        // <guide>
        var ml = new MLContext();
        try
        {
            using AlignmentTransformer model = ml.Alignment.LoadModel("downloaded");
        }
        catch (Exception e) when (e is IOException or InvalidDataException or NotSupportedException)
        {
            Console.WriteLine($"refused: {e.Message.Replace(Directory.GetCurrentDirectory(), ".", StringComparison.Ordinal)}");
        }

        IDataView data = ml.Alignment.LoadPreferences("train.jsonl", new PreferenceLoadOptions { MaxRowBytes = 1 << 20, MaxExpansion = 20 });
        Console.WriteLine($"{data.Preview(3).RowView.Length} rows");
        // </guide>
    }
}
