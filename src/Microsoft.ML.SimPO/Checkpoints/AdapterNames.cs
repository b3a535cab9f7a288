namespace Microsoft.ML.SimPO.Checkpoints;

/// <summary>The names that PEFT gives the tensors of a LoRA adapter, from those of the model's modules.</summary>
internal static class AdapterNames
{
    private const string Prefix = "base_model.model.";

    /// <summary>The matrix next to the input, [rank, in], of a linear layer such as <c>model.layers.0.self_attn.q_proj</c>.</summary>
    public static string A(string module) => $"{Prefix}{module}.lora_A.weight";

    /// <summary>The matrix next to the output, [out, rank].</summary>
    public static string B(string module) => $"{Prefix}{module}.lora_B.weight";

    /// <summary>The length of each row of the sum of weight and product, [out], where an adapter learns it.</summary>
    public static string Magnitude(string module) => $"{Prefix}{module}.lora_magnitude_vector";

    /// <summary>The bias of an adapted module, which is stored whole.</summary>
    public static string BaseBias(string module) => $"{Prefix}{module}.base_layer.bias";

    /// <summary>Rows of an embedding that an adapter holds in their place, [count, hidden].</summary>
    public static string TokenRows(string module) => $"{Prefix}{module}.token_adapter.trainable_tokens_delta";

    /// <summary>A parameter of a module that is stored whole, as <c>lm_head.weight</c>.</summary>
    public static string Saved(string parameter) => Prefix + parameter;

    /// <summary>The module of a weight or bias: its name without the last part.</summary>
    public static string ModuleOf(string parameter) => parameter[..parameter.LastIndexOf('.')];

    /// <summary>The shapes that an adapter's file must hold.</summary>
    /// <param name="config">Whether it has magnitudes.</param>
    /// <param name="layers">Rank and [out, in] of every linear layer with an adapter.</param>
    /// <param name="saved">The shape of every parameter that is stored whole, under its name in the model.</param>
    public static Dictionary<string, long[]> Expected(
        AdapterConfig config, IReadOnlyDictionary<string, (int Rank, long[] Shape)> layers, IReadOnlyDictionary<string, long[]> saved)
    {
        var shapes = new Dictionary<string, long[]>(StringComparer.Ordinal);
        foreach ((string module, (int rank, long[] shape)) in layers)
        {
            shapes[A(module)] = [rank, shape[1]];
            shapes[B(module)] = [shape[0], rank];
            if (config.HasMagnitudes) shapes[Magnitude(module)] = [shape[0]];
        }
        foreach ((string parameter, long[] shape) in saved) shapes[Saved(parameter)] = shape;
        return shapes;
    }
}
