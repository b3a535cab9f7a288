using System.Globalization;
using System.Text.Json;
using LLama;
using LLama.Common;
using LLama.Native;

// FILE IDS NEW: the logits behind each of the ids, and the likeliest tokens after them, as llama.cpp computes them, in JSON.
int[] ids = JsonSerializer.Deserialize<int[]>(args[1])!;
NativeLibraryConfig.All.WithLogCallback((_, _) => { });
var parameters = new ModelParams(args[0])
{
    ContextSize = 512, GpuLayerCount = 0, Threads = 1, BatchThreads = 1, TypeK = GGMLType.GGML_TYPE_F32, TypeV = GGMLType.GGML_TYPE_F32, FlashAttention = false,
};
using LLamaWeights weights = LLamaWeights.LoadFromFile(parameters);
using LLamaContext context = weights.CreateContext(parameters);
var batch = new LLamaBatch();
for (int i = 0; i < ids.Length; i++) batch.Add(ids[i], i, LLamaSeqId.Zero, true);
Decode();
List<float[]> logits = [.. ids.Select((_, i) => context.NativeHandle.GetLogitsIth(i).ToArray())];
List<int> written = [];
float[] last = logits[^1];
for (int n = 0; n < int.Parse(args[2], CultureInfo.InvariantCulture); n++)
{
    written.Add(Array.IndexOf(last, last.Max()));
    batch.Clear();
    batch.Add(written[^1], ids.Length + n, LLamaSeqId.Zero, true);
    Decode();
    last = context.NativeHandle.GetLogitsIth(0).ToArray();
}
Console.WriteLine(JsonSerializer.Serialize(new { logits, written }));

void Decode()
{
    if (context.Decode(batch) is not DecodeResult.Ok and var result) throw new InvalidOperationException($"{result}");
}
