namespace Microsoft.ML.SimPO;

/// <summary>Recipes in the forms that they are published in.</summary>
internal static class RecipeText
{
    /// <summary>A recipe of the SimPO repository: all have the same keys.</summary>
    public static string SimPO(
        string model, string data, string splits, string beta, string ratio, string rate, int maxLength = 2048, int maxPromptLength = 1800,
            string more = "") => $"""
        model_name_or_path: {model}
        torch_dtype: null
        attn_implementation: flash_attention_2
        dataset_mixer:
          {data}: 1.0
        dataset_splits:
        {splits}
        preprocessing_num_workers: 12
        bf16: true
        beta: {beta}
        gamma_beta_ratio: {ratio}
        do_eval: true
        evaluation_strategy: steps
        eval_steps: 400
        gradient_accumulation_steps: 16
        gradient_checkpointing: true
        gradient_checkpointing_kwargs:
          use_reentrant: False
        hub_model_id: simpo-exps
        learning_rate: {rate}
        log_level: info
        logging_steps: 5
        lr_scheduler_type: cosine
        max_length: {maxLength}
        max_prompt_length: {maxPromptLength}
        num_train_epochs: 1
        optim: adamw_torch
        output_dir: outputs/run
        run_name: run
        per_device_train_batch_size: 2
        per_device_eval_batch_size: 4
        push_to_hub: false
        save_strategy: "steps"
        save_steps: 1000000
        report_to:
        - wandb
        save_total_limit: 20
        seed: 42
        warmup_ratio: 0.1
        {more}
        """;

    /// <summary>The short recipes that go around: the least that they say.</summary>
    public static string Short(string model, string data, string beta, string ratio, string rate, int perDevice, int accumulation, string more = "") => $"""
        model_name_or_path: {model}
        torch_dtype: bfloat16
        dataset_mixer:
          {data}: 1.0
        beta: {beta}
        gamma_beta_ratio: {ratio}
        loss_type: sigmoid
        learning_rate: {rate}
        num_train_epochs: 1
        per_device_train_batch_size: {perDevice}
        gradient_accumulation_steps: {accumulation}
        output_dir: ./outputs/run
        {more}
        """;

    /// <summary>Where the names of a recipe lead in a test.</summary>
    public static RecipeOptions Map(params string[] names) => new()
    {
        Map = names.ToDictionary(n => n, n => n.Contains("model", StringComparison.OrdinalIgnoreCase) || IsModel(n) ? QuickStartFiles.Model
            : QuickStartFiles.Test),
    };

    private static bool IsModel(string name) => new[] { "mistralai/", "meta-llama/", "google/", "deepseek-ai/", "-SFT", "zephyr" }.Any(name.Contains);
}
