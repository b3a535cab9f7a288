using System.Text.Json;
using Microsoft.ML.SimPO.Text.Encoders;
using Microsoft.ML.SimPO.Text.Templates;

namespace Microsoft.ML.SimPO.Text;

/// <summary>
/// A public SentencePiece vocabulary whose template writes the header of the answer with the user's turn, and whose special tokens swallow the space behind
/// them.
/// </summary>
public sealed class PhiEncodingTests
{
    [SkippableFact]
    public void Chats_have_the_texts_and_ids_of_transformers()
    {
        string folder = Folder();
        ChatTemplate template = ChatTemplate.Load(folder)!;
        PreferenceEncoder encoder = PreferenceEncoder.Load(folder);
        int prompts = 0;
        foreach (string line in File.ReadLines(Path.Combine(folder, "chat.jsonl")))
        {
            JsonElement chat = JsonDocument.Parse(line).RootElement;
            Message[] messages = [.. chat.GetProperty("messages").EnumerateArray()
                .Select(m => new Message(m.GetProperty("role").GetString()!, m.GetProperty("content").GetString()!))];
            bool generates = chat.GetProperty("add_generation_prompt").GetBoolean();
            Assert.Equal(chat.GetProperty("text").GetString(), template.Render(messages, generates));
            if (!generates || messages[^1].Role != "user") continue;
            int[] ids = [.. chat.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            string prompt = chat.GetProperty("messages").GetRawText();
            EncodedAnswer trained = encoder.Encode(prompt, "Yes.", "No.", 1)!.Chosen;
            Assert.Equal(ids, trained.Ids[..trained.PromptLength]);
            // A model that is served has marks in somebody's words as letters.
            if (encoder.Control.Find(messages) is null) Assert.Equal(ids, encoder.EncodePrompt(prompt));
            else Assert.NotEqual(ids, encoder.EncodePrompt(prompt));
            prompts++;
        }
        Assert.InRange(prompts, 1, 28);
    }

    [SkippableFact]
    public void A_header_that_swallows_space_stays_with_the_prompt()
    {
        PreferenceEncoder encoder = PreferenceEncoder.Load(Folder());
        EncodedPrompt pair = encoder.Encode("What is 2+2?", "Hello", "\n Hello", 1)!;
        int[] prompt = [1, 32010, 1724, 338, 29871, 29906, 29974, 29906, 29973, 32007, 32001];
        Assert.Equal([.. prompt, 15043, 32007], pair.Chosen.Ids);
        Assert.Equal([.. prompt, 15043, 32007], pair.Rejected.Ids);
        Assert.Equal((prompt.Length, prompt.Length, prompt.Length), (pair.Chosen.PromptLength, pair.Rejected.PromptLength, pair.SharedPrefixLength));
        Assert.Equal((0, 1), (encoder.Statistics.Merged, encoder.Statistics.EqualAnswers));
    }

    private static string Folder()
    {
        string? assets = Environment.GetEnvironmentVariable("SIMPO_TEST_ASSETS");
        Skip.If(assets is null, "needs tokenizers/phi-3 below the folder that SIMPO_TEST_ASSETS names");
        return Path.Combine(assets!, "tokenizers", "phi-3");
    }
}
