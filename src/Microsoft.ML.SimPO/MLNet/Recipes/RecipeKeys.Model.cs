namespace Microsoft.ML.SimPO;

/// <content>The model.</content>
internal static partial class RecipeKeys
{
    private const string NoQuantization = "weights are float32 here, and bfloat16 on a GPU. Leave it out, or tune with `use_peft: true` to save memory.";

    private static IEnumerable<RecipeKey> ModelKeys =>
    [
        new("model_name_or_path", RecipeKind.Text, "null"),
        new("model_revision", RecipeKind.Text, "main"),
        new("base_model_revision", RecipeKind.Text, "null") { Why = "an adapter's base model is the folder that its adapter_config.json names" },
        new("model_code_revision", RecipeKind.Text, "null") { Why = "no code of a model is run" },
        new("tokenizer_name_or_path", RecipeKind.Text, "null")
        {
            Why = "the tokenizer is that of the model's folder", Only = [],
            Refusal = "the tokenizer is that of the model's folder. Put the other tokenizer's files there.",
        },
        new("torch_dtype", RecipeKind.Text, "null")
        {
            Why = "weights that are trained are float32 on the CPU, and on a GPU float32 beside the bfloat16 that is computed with, whatever they are "
                + "stored in",
            Only = ["auto", "bfloat16", "float16", "float32"], Refusal = "there is no such type. Use bfloat16, float16, float32 or auto.",
        },
        new("dtype", RecipeKind.Text, "null")
        {
            Why = "the newer name of `torch_dtype`",
            Only = ["auto", "bfloat16", "float16", "float32"],
            Refusal = "there is no such type.",
        },
        new("use_flash_attention_2", RecipeKind.Boolean, "false") { Why = "attention of packed sequences is this library's own; they are equal" },
        new("attn_implementation", RecipeKind.Text, "null") { Why = "attention of packed sequences is this library's own; they are equal" },
        new("trust_remote_code", RecipeKind.Boolean, "false") { Why = "no code of a model is run" },
        new("use_peft", RecipeKind.Boolean, "false"),
        new("lora_r", RecipeKind.Integer, "16"),
        new("lora_alpha", RecipeKind.Number, "32"),
        new("lora_dropout", RecipeKind.Number, "0.05") { Why = "there is no dropout here: an adapter learns with all of its weights" },
        new("lora_target_modules", RecipeKind.Texts, "null"),
        new("lora_modules_to_save", RecipeKind.Texts, "null"),
        new("use_rslora", RecipeKind.Boolean, "false"),
        new("lora_task_type", RecipeKind.Text, "CAUSAL_LM")
        {
            Why = "an adapter is of the kind of its model; SEQ_CLS says that the recipe is for a reward model", Only = ["SEQ_CLS"],
            Refusal = "models write answers or rate them. Use CAUSAL_LM or SEQ_CLS.",
        },
        new("load_in_8bit", RecipeKind.Boolean, "false") { Why = "weights are not quantised", Only = [], Refusal = NoQuantization },
        new("load_in_4bit", RecipeKind.Boolean, "false") { Why = "weights are not quantised", Only = [], Refusal = NoQuantization },
        new("bnb_4bit_quant_type", RecipeKind.Text, "nf4") { Why = "it says how 4-bit weights are made, and there are none" },
        new("bnb_4bit_quant_storage", RecipeKind.Text, "uint8") { Why = "it says how 4-bit weights are kept, and there are none" },
        new("bnb_4bit_compute_dtype", RecipeKind.Text, "null") { Why = "it says what 4-bit weights are computed in, and there are none" },
        new("use_bnb_nested_quant", RecipeKind.Boolean, "false") { Why = "it says how 4-bit weights are made, and there are none" },
    ];

    private static IEnumerable<RecipeKey> DataKeys =>
    [
        new("chat_template", RecipeKind.Text, "null"),
        new("dataset_mixer", RecipeKind.Map, "null"),
        new("dataset_splits", RecipeKind.Texts, "[train]"),
        new("eval_dataset", RecipeKind.Texts, "null"),
        new("max_samples", RecipeKind.Integer, "null"),
        new("dataset_configs", RecipeKind.Texts, "null") { Why = "a folder's configurations are told by the names of its files" },
        new("text_column", RecipeKind.Text, "text") { Why = "preference pairs have a prompt and two answers" },
        new("dataset_text_field", RecipeKind.Text, "null") { Why = "preference pairs have a prompt and two answers" },
        new("auto_insert_empty_system_msg", RecipeKind.Boolean, "true"),
        new("eos_token", RecipeKind.Text, "null")
        {
            Why = "the tokens are those of the model's folder", Only = [],
            Refusal = "the tokens are those of the model's folder. Change its tokenizer_config.json.",
        },
        new("pad_token", RecipeKind.Text, "null") { Why = "rows are packed, not padded" },
        new("pad_to_multiple_of", RecipeKind.Integer, "null") { Why = "rows are packed, not padded" },
        new("truncation_side", RecipeKind.Text, "null")
        {
            Why = "prompts are cut at their start", Only = ["left"], Refusal = "the end of a prompt is what its answer is to. Leave it out.",
        },
        new("preprocessing_num_workers", RecipeKind.Integer, "null") { Why = "it changes no result, and one process reads as fast as a file comes" },
        new("dataset_num_proc", RecipeKind.Integer, "null") { Why = "it changes no result, and one process reads as fast as a file comes" },
    ];

    /// <summary>Settings that have other values, or none, with other methods.</summary>
    private static readonly HashSet<string> OfSimPO = new(["beta", "gamma_beta_ratio", "loss_type", "label_smoothing", "sft_weight"], StringComparer.Ordinal);

    /// <summary>What supervised fine-tuning has beside its options.</summary>
    private static IEnumerable<RecipeKey> SftKeys =>
    [
        new("assistant_only_loss", RecipeKind.Boolean, "null"), new("completion_only_loss", RecipeKind.Boolean, "null"),
        new("packing_strategy", RecipeKind.Text, "bfd")
        {
            Why = "rows are filled by best fit", Only = [], Refusal = "texts are not cut at the ends of rows. Use bfd.",
        },
        new("eval_packing", RecipeKind.Boolean, "null") { Why = "each token of an evaluation weighs the same, packed or not" },
        new("shuffle_dataset", RecipeKind.Boolean, "null") { Why = "each epoch has an order of its own" },
    ];

    private static IEnumerable<RecipeKey> LossKeys =>
    [
        new("method", RecipeKind.Text, "null")
        {
            Only = [.. RecipeMethods.Names], Refusal = $"there is no such method. Use one of {string.Join(", ", RecipeMethods.Names)}.",
        },
        new("beta", RecipeKind.Number, "2.0"),
        new("gamma_beta_ratio", RecipeKind.Number, "0.25"),
        new("loss_type", RecipeKind.Text, "sigmoid") { Only = ["sigmoid", "hinge"], Refusal = "SimPO has a sigmoid and a hinge." },
        new("label_smoothing", RecipeKind.Number, "0"),
        new("sft_weight", RecipeKind.Number, "0.0"),
        new("max_length", RecipeKind.Integer, "512"),
        new("max_prompt_length", RecipeKind.Integer, "128"),
        new("max_completion_length", RecipeKind.Integer, "null") { Why = "the reference's trainer does not read it either" },
        new("max_target_length", RecipeKind.Integer, "null") { Why = "it is for encoder-decoder models" },
        new("truncation_mode", RecipeKind.Text, "keep_end")
        {
            Why = "of a prompt that is too long the end is kept", Only = [], Refusal = "the end of a prompt is what its answer is to. Use keep_end.",
        },
        new("disable_dropout", RecipeKind.Boolean, "true") { Why = "there is no dropout here" },
        new("label_pad_token_id", RecipeKind.Integer, "-100") { Why = "rows are packed, not padded" },
        new("padding_value", RecipeKind.Integer, "null") { Why = "rows are packed, not padded" },
        new("generate_during_eval", RecipeKind.Boolean, "false") { Why = "it needs a service that shows tables; generate from the tuned model" },
        new("is_encoder_decoder", RecipeKind.Boolean, "null")
        {
            Why = "models are decoders", Only = ["false"], Refusal = "models are decoders. Leave it out.",
        },
        new("model_init_kwargs", RecipeKind.Map, "null")
        {
            Why = "a model is made of its own configuration",
            Only = [],
            Refusal = "a model is made of its own configuration. Change its config.json.",
        },
    ];
}
