using Microsoft.ML.SimPO.Text;
using Microsoft.ML.SimPO.Text.Templates;
using Xunit;

namespace Microsoft.ML.SimPO;

public sealed class RecipeTemplatesTests
{
    private static readonly Dictionary<string, object?> Variables = new() { ["bos_token"] = "<s>", ["eos_token"] = "</s>" };

    [Fact]
    public void Mistrals_writes_instructions_and_answers_as_the_SimPO_repository_does()
    {
        Assert.Equal(
            "[INST] be kind\n\nhi [/INST] hello </s>[INST] more [/INST]",
            Render(RecipeTemplates.Mistral, ("system", " be kind "), ("user", "hi "), ("assistant", " hello"), ("user", " more")));
        Assert.Equal("[INST] hi [/INST]", Render(RecipeTemplates.Mistral, ("system", ""), ("user", "hi")));
        Assert.Equal(" hello </s>", Render(RecipeTemplates.Mistral, ("assistant", "hello")));
    }

    [Fact]
    public void That_of_a_model_without_one_marks_each_turn()
    {
        Assert.Equal(
            "<|system|>\nbe kind</s>\n<|user|>\nhi</s>\n<|assistant|>\nhello</s>\n",
            Render(RecipeTemplates.Default, ("system", "be kind"), ("user", "hi"), ("assistant", "hello")));
    }

    private static string Render(string template, params (string Role, string Content)[] messages) =>
        new ChatTemplate(template, Variables).Render([.. messages.Select(m => new Message(m.Role, m.Content))], addGenerationPrompt: false);
}
