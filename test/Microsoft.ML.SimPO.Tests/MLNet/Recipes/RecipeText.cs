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

    /// <summary>The recipe of supervised fine-tuning of the SimPO repository, <c>mistral-7b-base-sft.yaml</c>.</summary>
    public static string Sft(string model, string data, int maxLength) => $$"""
        model_name_or_path: {{model}}
        model_revision: main
        torch_dtype: bfloat16
        use_flash_attention_2: true
        dataset_mixer:
          {{data}}: 1.0
        dataset_splits:
        - train_sft
        - test_sft
        preprocessing_num_workers: 12
        bf16: true
        do_eval: true
        evaluation_strategy: epoch
        gradient_accumulation_steps: 1
        gradient_checkpointing: true
        gradient_checkpointing_kwargs: {use_reentrant: False}
        hub_strategy: every_save
        learning_rate: 2.0e-05
        log_level: info
        logging_steps: 5
        logging_strategy: steps
        lr_scheduler_type: cosine
        max_seq_length: {{maxLength}}
        max_steps: -1
        num_train_epochs: 1
        overwrite_output_dir: true
        per_device_eval_batch_size: 8
        per_device_train_batch_size: 2
        push_to_hub: false
        remove_unused_columns: true
        report_to: [tensorboard]
        seed: 42
        warmup_ratio: 0.1
        auto_insert_empty_system_msg: false
        """;

    /// <summary>A file of accelerate as the SimPO repository has three.</summary>
    public static string Accelerate(string distributed, int processes, string more) => $"""
        compute_environment: LOCAL_MACHINE
        debug: false
        {more}
        distributed_type: {distributed}
        downcast_bf16: 'no'
        machine_rank: 0
        main_training_function: main
        mixed_precision: bf16
        num_machines: 1
        num_processes: {processes}
        rdzv_backend: static
        same_network: true
        tpu_env: []
        tpu_use_cluster: false
        tpu_use_sudo: false
        use_cpu: false
        """;

    /// <summary>Where the names of a recipe lead in a test.</summary>
    public static RecipeOptions Map(params string[] names) => new()
    {
        Map = names.ToDictionary(n => n, n => n.Contains("model", StringComparison.OrdinalIgnoreCase) || IsModel(n) ? QuickStartFiles.Model
            : QuickStartFiles.Test),
    };

    private static bool IsModel(string name) => new[] { "mistralai/", "meta-llama/", "google/", "deepseek-ai/", "-SFT", "zephyr" }.Any(name.Contains);
}
