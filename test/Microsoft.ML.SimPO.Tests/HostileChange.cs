using System.Text;
using System.Text.Json.Nodes;

namespace Microsoft.ML.SimPO;

/// <summary>Changes files at random, as somebody would who means harm: bytes, or values of JSON that are others or of another kind.</summary>
internal static class HostileChange
{
    private static readonly string[] Extremes =
    [
        "0", "-1", "1", "2", "3", "7", "65536", "1000000", "2147483647", "2147483648", "-2147483648", "1e308", "1e39", "1e-39", "1e-300", "-1e30", "0.5", "1e9",
        "9223372036854775807", "null", "true", "false", "\"\"", "\"x\"", "[]", "{}", "[1]", "[null]", "[[[[[[]]]]]]", "\"llama\"", "\"mixtral\"", "\"gemma2\"",
        "\"qwen3_moe\"", "{\"rope_type\":\"linear\",\"factor\":0}", "{\"rope_type\":\"yarn\",\"factor\":1e30}",
        "{\"rope_type\":\"llama3\",\"factor\":8,\"low_freq_factor\":0,\"high_freq_factor\":0,\"original_max_position_embeddings\":0}",
        "{\"rope_type\":\"dynamic\",\"factor\":1e20}", "1e38", "3.5e38", "1e-46", "1e-320", "-0.0", "16777217", "4294967296", "18446744073709551616",
        "123456789012345678901234567890123456789012345678901234567890", "\"NaN\"", "\"{{ 0 }}\"", "[0,0,0,0,0,0,0,0]", "{\"0\":{}}",
        "\"../../../etc/passwd\"", "\"(a+)+$\"", "\"\\u0000\"", "{\"a\":{\"b\":[1,null,{}]}}",
    ];

    /// <summary>Some bytes others, some missing, some twice, among the first of a file.</summary>
    /// <param name="least">Those before this one stay as they are.</param>
    public static void Bytes(string path, Random random, int most, int least = 0)
    {
        List<byte> bytes = [.. File.ReadAllBytes(path)];
        for (int change = random.Next(1, 6); change > 0 && bytes.Count > 1; change--)
        {
            int first = Math.Min(least, bytes.Count - 1), at = random.Next(first, Math.Max(first + 1, Math.Min(most, bytes.Count)));
            switch (random.Next(5))
            {
                case 0:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 2000), bytes.Count - at));
                    break;
                case 1:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 2000), bytes.Count - at)));
                    break;
                case 2:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Extreme(random)));
                    break;
                default:
                    bytes[at] = (byte)random.Next(256);
                    break;
            }
        }
        File.WriteAllBytes(path, [.. bytes]);
    }

    /// <summary>Values anywhere in a file of JSON.</summary>
    /// <param name="others">Fields that the file may lack, to be set at its root.</param>
    public static void Json(string path, Random random, params string[] others) =>
        File.WriteAllText(path, Json(JsonNode.Parse(File.ReadAllText(path))!, random, others).ToJsonString());

    /// <summary>Values anywhere in the header of a file of safetensors.</summary>
    public static void Header(string path, Random random)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int length = BitConverter.ToInt32(bytes);
        byte[] header = Encoding.UTF8.GetBytes(Json(JsonNode.Parse(bytes.AsSpan(8, length))!, random).ToJsonString());
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)header.Length), .. header, .. bytes.AsSpan(8 + length)]);
    }

    private static JsonNode Json(JsonNode root, Random random, params string[] others)
    {
        for (int change = random.Next(1, 4); change > 0; change--)
        {
            JsonNode place = root;
            while (random.Next(4) > 0 && Inner(place, random) is { } inner) place = inner;
            ChangeOne(place, random, place == root ? others : []);
        }
        return root;
    }

    private static JsonNode? Inner(JsonNode place, Random random)
    {
        JsonNode[] inner = [.. place is JsonObject fields ? fields.Select(f => f.Value).OfType<JsonNode>() : place.AsArray().OfType<JsonNode>()];
        inner = [.. inner.Where(n => n is JsonObject { Count: > 0 } or JsonArray { Count: > 0 })];
        return inner.Length == 0 ? null : inner[random.Next(inner.Length)];
    }

    private static void ChangeOne(JsonNode place, Random random, string[] others)
    {
        if (place is JsonArray items)
        {
            int index = random.Next(items.Count);
            if (random.Next(3) == 0) items.RemoveAt(index);
            else if (random.Next(3) == 0) items.Add(items[index]?.DeepClone());
            else items[index] = JsonNode.Parse(Extreme(random));
            return;
        }
        JsonObject fields = place.AsObject();
        string[] names = [.. fields.Select(f => f.Key), .. others];
        if (names.Length == 0) return;
        string name = names[random.Next(names.Length)];
        switch (random.Next(6))
        {
            case 0:
                fields.Remove(name);
                break;
            case 1 when fields[name] is { } value:
                fields[names[random.Next(names.Length)]] = value.DeepClone();
                break;
            default:
                fields[name] = JsonNode.Parse(Extreme(random));
                break;
        }
    }

    private static string Extreme(Random random) => Extremes[random.Next(Extremes.Length)];
}
