using Microsoft.ML.SimPO.Training;

namespace Microsoft.ML.SimPO;

/// <content>Transformers' TrainingArguments, with the defaults of version 4.44.2.</content>
internal static partial class RecipeKeys
{
    private const string OneProcess = "one process computes the run", NoHub = "nothing is sent anywhere", NotHere = "it changes no result";

    private static IEnumerable<RecipeKey> RunKeys =>
    [
        new("output_dir", RecipeKind.Text, "null"),
        new("overwrite_output_dir", RecipeKind.Boolean, "false"),
        new("do_eval", RecipeKind.Boolean, "false"),
        new("eval_strategy", RecipeKind.Text, "no") { Only = ["no", "steps", "epoch"], Refusal = "use no, steps or epoch." },
        new("evaluation_strategy", RecipeKind.Text, "null") { Only = ["no", "steps", "epoch"], Refusal = "use no, steps or epoch." },
        new("eval_steps", RecipeKind.Integer, "null"),
        new("logging_steps", RecipeKind.Integer, "500"),
        new("per_device_train_batch_size", RecipeKind.Integer, "8"),
        new("per_device_eval_batch_size", RecipeKind.Integer, "8"),
        new("gradient_accumulation_steps", RecipeKind.Integer, "1"),
        new("learning_rate", RecipeKind.Number, "5e-5"),
        new("weight_decay", RecipeKind.Number, "0.0"),
        new("adam_beta1", RecipeKind.Number, "0.9"),
        new("adam_beta2", RecipeKind.Number, "0.999"),
        new("adam_epsilon", RecipeKind.Number, "1e-8"),
        new("max_grad_norm", RecipeKind.Number, "1.0"),
        new("num_train_epochs", RecipeKind.Number, "3"),
        new("max_steps", RecipeKind.Integer, "-1"),
        new("lr_scheduler_type", RecipeKind.Text, "linear")
        {
            Only = ["linear", "cosine", "constant", "constant_with_warmup", "polynomial"], Refusal = "use linear, cosine, constant, constant_with_warmup "
                + "or polynomial.",
        },
        new("warmup_ratio", RecipeKind.Number, "0.0"),
        new("warmup_steps", RecipeKind.Integer, "0"),
        new("save_strategy", RecipeKind.Text, "steps") { Only = ["no", "steps", "epoch"], Refusal = "use no, steps or epoch." },
        new("save_steps", RecipeKind.Integer, "500"),
        new("save_total_limit", RecipeKind.Integer, "null"),
        new("seed", RecipeKind.Integer, "42"),
        new("dataloader_drop_last", RecipeKind.Boolean, "false"),
        new("load_best_model_at_end", RecipeKind.Boolean, "false"),
        new("resume_from_checkpoint", RecipeKind.Text, "null"),
        new("gradient_checkpointing", RecipeKind.Boolean, "false"),
        new("optim", RecipeKind.Text, "adamw_torch")
        {
            Why = "the optimizer is AdamW", Only = ["adamw_hf", "adamw_torch_fused", "adamw_apex_fused"], Refusal = "the optimizer is AdamW. Use adamw_torch.",
        },
        new("adafactor", RecipeKind.Boolean, "false") { Why = "the optimizer is AdamW", Only = [], Refusal = "the optimizer is AdamW. Leave it out." },
        new("optim_args", RecipeKind.Any, "null")
        {
            Why = "AdamW's settings have names of their own",
            Only = [],
            Refusal = "AdamW's settings have names of their own, such as `adam_beta1`.",
        },
        new("optim_target_modules", RecipeKind.Any, "null") { Why = "the optimizer is AdamW", Only = [], Refusal = "the optimizer is AdamW. Leave it out." },
        new("lr_scheduler_kwargs", RecipeKind.Any, "null")
        {
            Why = "schedules have no settings of their own",
            Only = ["{}"],
            Refusal = "schedules have no settings of their own. Leave it out.",
        },
        new("label_smoothing_factor", RecipeKind.Number, "0.0")
        {
            Why = "it is another loss's",
            Only = [],
            Refusal = "it smooths a cross entropy over the vocabulary. SimPO's is `label_smoothing`.",
        },
        new("neftune_noise_alpha", RecipeKind.Number, "null")
        {
            Why = "embeddings get no noise",
            Only = [],
            Refusal = "embeddings get no noise here. Leave it out.",
        },
        new("group_by_length", RecipeKind.Boolean, "false")
        {
            Why = "rows are packed, not padded, so that lengths cost nothing",
            Only = [],
            Refusal = "it changes the order of the rows, and packed rows gain nothing by it. Leave it out.",
        },
        new("data_seed", RecipeKind.Integer, "null") { Why = "the order is that of `seed`", Only = [], Refusal = "the order is that of `seed`. Use that." },
        new("metric_for_best_model", RecipeKind.Text, "null")
        {
            Only = [.. BestModelMetrics.ByName.Keys],
            Refusal = "an evaluation has no such figure. Use eval_loss, eval_rewards/accuracies or eval_rewards/margins.",
        },
        new("greater_is_better", RecipeKind.Boolean, "null")
        {
            Why = "`metric_for_best_model` says which is better; what contradicts it is refused",
        },
        new("push_to_hub", RecipeKind.Boolean, "false")
        {
            Why = NoHub,
            Only = [],
            Refusal = "nothing is sent anywhere. Leave it out, and send the folder of the tuned model yourself.",
        },
        new("auto_find_batch_size", RecipeKind.Boolean, "false") { Why = "micro-batches are cut by tokens, so that no batch is too large" },
        new("per_gpu_train_batch_size", RecipeKind.Integer, "null")
        {
            Why = "it is not set",
            Only = [],
            Refusal = "its name is `per_device_train_batch_size` now.",
        },
        new("per_gpu_eval_batch_size", RecipeKind.Integer, "null")
        {
            Why = "it is not set",
            Only = [],
            Refusal = "its name is `per_device_eval_batch_size` now.",
        },
        new("early_stopping_patience", RecipeKind.Integer, "null"),
    ];

    private static IEnumerable<RecipeKey> HarmlessRunKeys =>
    [
        .. Harmless("settings of a GPU's arithmetic: products are float32 on the CPU and bfloat16 on a GPU", "bf16", "fp16", "fp16_opt_level",
            "half_precision_backend",
            "fp16_backend", "bf16_full_eval", "fp16_full_eval", "tf32", "torch_compile", "torch_compile_backend", "torch_compile_mode", "torchdynamo",
                "jit_mode_eval",
            "use_ipex", "use_liger_kernel", "full_determinism", "no_cuda", "use_cpu", "use_mps_device", "torch_empty_cache_steps",
                "gradient_checkpointing_kwargs"),
        .. Harmless(OneProcess, "local_rank", "ddp_backend", "ddp_find_unused_parameters", "ddp_bucket_cap_mb", "ddp_broadcast_buffers", "ddp_timeout", "fsdp",
            "fsdp_min_num_params", "fsdp_config", "fsdp_transformer_layer_cls_to_wrap", "accelerator_config", "deepspeed", "tpu_num_cores", "tpu_metrics_debug",
            "mp_parameters", "ray_scope", "dispatch_batches", "split_batches", "save_on_each_node", "log_on_each_node"),
        .. Harmless("there is a log of every step in the run's folder, and what is written there does not change what is trained", "log_level",
            "log_level_replica",
            "logging_dir", "logging_strategy", "logging_first_step", "logging_nan_inf_filter", "report_to", "run_name", "disable_tqdm",
            "include_tokens_per_second", "include_num_input_tokens_seen", "skip_memory_metrics", "debug"),
        .. Harmless(NoHub, "hub_model_id", "hub_strategy", "hub_token", "hub_private_repo", "hub_always_push", "hub_model_revision", "push_to_hub_model_id",
            "push_to_hub_organization", "push_to_hub_token"),
        .. Harmless(NotHere, "activation_offloading", "do_train", "do_predict", "prediction_loss_only", "eval_accumulation_steps",
            "eval_delay", "eval_on_start", "eval_do_concat_batches", "eval_use_gather_object", "batch_eval_metrics", "include_inputs_for_metrics", "past_index",
            "remove_unused_columns", "label_names", "length_column_name", "ignore_data_skip", "use_legacy_prediction_loop", "save_safetensors",
                "save_only_model",
            "restore_callback_states_from_checkpoint", "dataloader_num_workers", "dataloader_prefetch_factor", "dataloader_pin_memory",
            "dataloader_persistent_workers"),
    ];

    private static IEnumerable<RecipeKey> Harmless(string why, params string[] names) => names.Select(n => new RecipeKey(n, RecipeKind.Any,
        "null") { Why = why });
}
