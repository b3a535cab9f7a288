namespace Microsoft.ML.SimPO;

/// <summary>Chat templates that the SimPO repository's scripts put in the place of a model's own.</summary>
internal static class RecipeTemplates
{
    /// <summary>For every model whose name has "mistral" in it, whatever its own template or the recipe's says.</summary>
    public const string Mistral =
        "{% set first = 1 if messages[0].role == 'system' else 0 %}"
        + "{% for message in messages[first:] %}"
        + "{% set lead = messages[0].content.strip() + '\n\n' if first and loop.first else '' %}"
        + "{% if message.role == 'user' %}{{ '[INST] ' + (lead + message.content).strip() + ' [/INST]' }}"
        + "{% elif message.role == 'assistant' %}{{ ' ' + (lead + message.content).strip() + ' ' + eos_token }}{% endif %}"
        + "{% endfor %}";

    /// <summary>For a model without one.</summary>
    public const string Default =
        "{% for message in messages %}"
        + "{% if message.role in ['user', 'system', 'assistant'] %}{{ '<|' + message.role + '|>\n' + message.content + eos_token + '\n' }}{% endif %}"
        + "{% if loop.last and add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}"
        + "{% endfor %}";
}
