using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Microsoft.ML.SimPO.Text;

/// <summary>Whole public vocabularies, which are not part of this project: <c>SIMPO_TEST_ASSETS</c> names a folder with <c>tokenizers/NAME</c>.</summary>
[Trait("Category", "Parity")]
public sealed class PublicVocabularyTests
{
    [SkippableTheory]
    [InlineData("gpt-2", "vectors.jsonl")]
    [InlineData("gpt-2", "vectors_hf.jsonl")]
    [InlineData("gpt-2", "differential.jsonl.gz")]
    [InlineData("phi-3", "vectors.jsonl")]
    [InlineData("phi-3", "vectors_hf.jsonl")]
    [InlineData("phi-3", "differential.jsonl.gz")]
    public void Every_text_gets_the_ids_of_Hugging_Face(string name, string file)
    {
        string folder = Folder(name);
        HfTokenizer tokenizer = HfTokenizer.Load(folder);
        int texts = 0;
        foreach (string line in ReadAll(Path.Combine(folder, file)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using JsonDocument vector = JsonDocument.Parse(line);
            string text = vector.RootElement.GetProperty("text").GetString()!;
            Assert.Equal(Integers(vector.RootElement.GetProperty("ids")), tokenizer.Encode(text, addSpecialTokens: false));
            if (vector.RootElement.TryGetProperty("ids_special", out JsonElement special))
                Assert.Equal(Integers(special), tokenizer.Encode(text, addSpecialTokens: true));
            texts++;
        }
        Assert.True(texts >= 10, $"Only {texts} texts in {file}.");
    }

    internal static string Folder(string name)
    {
        string? assets = Environment.GetEnvironmentVariable("SIMPO_TEST_ASSETS");
        Skip.If(string.IsNullOrEmpty(assets), "SIMPO_TEST_ASSETS is not set; it names a folder with tokenizers/gpt-2 and tokenizers/phi-3.");
        string folder = Path.Combine(assets!, "tokenizers", name);
        Skip.IfNot(Directory.Exists(folder), $"SIMPO_TEST_ASSETS holds no tokenizers/{name}.");
        return folder;
    }

    internal static string ReadAll(string path)
    {
        using Stream file = File.OpenRead(path);
        using Stream content = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(content, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static int[] Integers(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetInt32())];
}
